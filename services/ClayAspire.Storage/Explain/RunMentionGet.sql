-- A run that no worker has taken yet has no cells of its own; it will write what its approval covers.
with written as (
    select r.id, r.plan_id, c.state, c.old_value, c.new_value, c.reason_code, c.reason, r.queued_at, c.sent_at, c.verified_at, r.finished_at
    from sync.run_cell c
    join sync.run r on r.id = c.run_id
    where c.object = @object and c.record_id = @record and c.field = @field and r.connection = @connection
), awaited as (
    select r.id, r.plan_id, 'planned', c.old_value, c.new_value, null, null, r.queued_at, null::timestamptz, null::timestamptz, r.finished_at
    from sync.plan_cell c
    join sync.run r on r.plan_id = c.plan_id and r.state in ('queued', 'running', 'paused')
    join sync.approval a on a.plan_id = c.plan_id and a.verdict = 'approved'
    left join sync.declined_cell d on d.plan_id = c.plan_id and d.ordinal = c.ordinal
    where c.object = @object and c.record_id = @record and c.field = @field and r.connection = @connection
      and c.verdict = 'Write' and d.ordinal is null and case when a.ordinals is null then c.caution is null else c.ordinal = any (a.ordinals) end
      and not exists (select 1 from sync.run_cell w where w.run_id = r.id)
)
select * from written union all select * from awaited
order by queued_at desc, id desc
limit @limit;
