update sync.run set state = 'failed', remark = @remark, finished_at = @now, stopped_by_job = @job where id = @id;
