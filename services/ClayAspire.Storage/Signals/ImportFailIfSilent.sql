-- The counts are those of the last report; rows stored after it stand in the database all the same.
update sync.import_job
set state = 'failed', finished_at = @now, error = @error
where state = 'receiving' and coalesce(heartbeat_at, created_at) < @silent_since
returning id;
