-- Held by whoever enqueues under a unique key, until commit: a claimer waits for it (JobAwaitCovered.sql), so that a job which covers
-- a request never starts before the request's own writes can be seen. Sorted against deadlocks.
select pg_advisory_xact_lock_shared(hashtextextended('clayaspire.job.unique:' || k, 0))
from (select distinct unnest(@unique_keys::text[]) as k order by k) keys;
