-- Ids of one order key must become visible in their order, or a later job could be claimed before an earlier one is seen.
-- So whoever enqueues into an order key holds this lock until commit. Sorted, so that two bulk enqueues cannot deadlock.
select pg_advisory_xact_lock(hashtextextended('clayaspire.job.order:' || k, 0))
from (select distinct unnest(@order_keys::text[]) as k order by k) keys;
