select exists (select 1 from sync.job where id = @id and fence = @fence and state = 'running' and locked_until > @now);
