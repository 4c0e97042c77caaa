update sync.run set state = 'running', worker = @worker, started_at = coalesce(started_at, @now), remark = null
where id = @id and state in ('queued', 'running', 'paused');
