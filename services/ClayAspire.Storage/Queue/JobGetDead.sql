select id, kind, payload::text, order_key, unique_key, priority, state, run_at, attempt, max_attempts, fence, locked_by, locked_until,
       errors::text, created_at, finished_at, count(*) over () as total
from sync.job
where state = 'dead'
order by finished_at desc, id desc
limit @size offset @offset;
