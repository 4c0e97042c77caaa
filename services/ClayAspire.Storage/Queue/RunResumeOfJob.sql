-- The run that a dead job left behind waits again; its open cells are read before anything is written.
update sync.run set state = 'queued', remark = null, finished_at = null, stopped_by_job = null where stopped_by_job = @job;
