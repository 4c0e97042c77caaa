-- Jobs whose lease ran out go back to the queue at once: their worker is gone or stuck, and its fence no longer holds.
with expired as (
    select j.id,
           row_number() over (partition by j.kind, j.unique_key order by j.id) as place
    from sync.job j
    where j.id in (
        select id from sync.job where state = 'running' and locked_until < @now order by locked_until limit @batch for update skip locked)
)
update sync.job j
set state = case when j.attempt >= j.max_attempts then 'dead' else 'available' end,
    run_at = case when j.attempt >= j.max_attempts then j.run_at else @now end,
    finished_at = case when j.attempt >= j.max_attempts then @now else null end,
    errors = j.errors || jsonb_build_array(jsonb_build_object(
        'attempt', j.attempt, 'at', @now, 'worker', j.locked_by, 'error', 'The lease ran out: the worker died or was stuck.')),
    unique_key = case
        when j.attempt < j.max_attempts and (x.place > 1 or exists (
            select 1 from sync.job t
            where t.kind = j.kind and t.unique_key = j.unique_key and t.state = 'available' and t.id <> j.id))
        then null else j.unique_key end,
    locked_by = null,
    locked_until = null
from expired x
where j.id = x.id
returning j.kind, j.state;
