-- Waits until every transaction that was covered by the job just claimed has ended. The lock is released at once (autocommit).
select pg_advisory_xact_lock(hashtextextended('clayaspire.job.unique:' || @unique_key, 0));
