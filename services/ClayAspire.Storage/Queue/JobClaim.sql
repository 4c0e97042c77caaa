-- Claims due jobs in one statement. A job of an order key is claimable only when it is the earliest unfinished one of its key:
-- none before it waits, none at all runs. Rows that another claimer holds are skipped, never waited for.
with due as materialized (
    select j.id
    from sync.job j
    where j.state = 'available'
      and j.run_at <= @now
      and j.kind = any (@kinds)
      and (j.order_key is null or not exists (
            select 1 from sync.job e
            where e.order_key = j.order_key
              and e.state in ('available', 'running')
              and e.id <> j.id
              and (e.id < j.id or e.state = 'running')))
    order by j.priority desc, j.run_at, j.id
    limit @max
    for update of j skip locked
)
update sync.job j
set state = 'running',
    attempt = j.attempt + 1,
    fence = j.fence + 1,
    locked_by = @worker,
    locked_until = @locked_until
from due
where j.id = due.id
returning j.id, j.kind, j.payload::text, j.attempt, j.max_attempts, j.fence, j.order_key, j.unique_key, j.created_at, j.run_at, j.priority;
