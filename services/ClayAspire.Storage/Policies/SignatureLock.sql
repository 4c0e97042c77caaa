-- One act at a time, so that ids rise in the order of commits: whoever has seen the highest id has seen them all.
select pg_advisory_xact_lock(hashtextextended('clayaspire.signatures', 0));
