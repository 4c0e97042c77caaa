-- Writes the outcome of one row and the intent of the next in one step, guarded by the job's lease: a worker that lost it writes neither.
with held as (
    select 1 as yes from sync.job where id = @job and fence = @fence and state = 'running' for share
), done as (
    update sync.campaign_export_row r
    set state = @state, reason_code = @code, reason = @reason, sent_at = case when @state = 'pending' then null else @now end,
        payload = case when @state = 'sent' then null else r.payload end
    from held where r.export_id = @export and r.ordinal = @done and r.state = 'sending'
    returning 1
), next as (
    update sync.campaign_export_row r set state = 'sending', sent_at = @now
    from held where r.export_id = @export and r.ordinal = @next and r.state = 'pending'
    returning 1
), counted as (
    -- Counted before it leaves: what may have arrived counts; what was certainly not taken is given back.
    update sync.clay_webhook w
    set submissions = w.submissions + (select count(*) from next) - (select count(*) from done where @state = 'pending'), last_submitted_at = @now
    from held where w.source = @source
    returning w.submissions
)
select (select count(*) from held), (select count(*) from next), coalesce((select submissions from counted), 0);
