-- Back to the queue with the error kept, or dead after the last attempt. A job that goes back gives up its unique key
-- when another one waits under it already; that one is put off as well, so that a standing fault is not tried in a tight loop.
with failed as (
    update sync.job j
    set state = case when j.attempt >= j.max_attempts then 'dead' else 'available' end,
        run_at = case when j.attempt >= j.max_attempts then j.run_at else @run_at end,
        finished_at = case when j.attempt >= j.max_attempts then @now else null end,
        errors = j.errors || jsonb_build_array(jsonb_build_object('attempt', j.attempt, 'at', @now, 'worker', j.locked_by, 'error', @error)),
        unique_key = case
            when j.attempt < j.max_attempts and exists (
                select 1 from sync.job t
                where t.kind = j.kind and t.unique_key = j.unique_key and t.state = 'available' and t.id <> j.id)
            then null else j.unique_key end,
        locked_by = null,
        locked_until = null
    where j.id = @id and j.fence = @fence and j.state = 'running'
    returning j.id, j.kind, j.state, j.run_at
), put_off as (
    update sync.job t set run_at = greatest(t.run_at, f.run_at)
    from failed f
    where f.state = 'available' and @unique_key is not null and t.kind = f.kind and t.unique_key = @unique_key and t.state = 'available' and t.id <> f.id
)
select state from failed;
