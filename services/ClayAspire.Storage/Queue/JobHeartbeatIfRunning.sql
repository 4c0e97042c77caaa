update sync.job set locked_until = @locked_until
where id = @id and fence = @fence and state = 'running';
