-- Waits until every transaction that was covered by the jobs just claimed has ended. Locks are released at once (autocommit).
select pg_advisory_xact_lock(hashtextextended('clayaspire.job.unique:' || @unique_key, 0));
