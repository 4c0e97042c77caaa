update sync.job set state = 'completed', finished_at = @now where id = @id and state in ('available', 'dead');
