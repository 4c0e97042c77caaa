update sync.job set run_at = least(run_at, @now) where id = @id and state = 'available';
