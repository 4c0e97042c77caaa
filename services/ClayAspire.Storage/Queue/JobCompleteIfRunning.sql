update sync.job
set state = 'completed', finished_at = @now, locked_by = null, locked_until = null
where id = @id and fence = @fence and state = 'running';
