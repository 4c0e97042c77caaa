update sync.run set state = @state, remark = @remark, finished_at = @finished_at, stopped_by_job = null where id = @id;
