update sync.run set state = @state, remark = @remark, finished_at = @finished_at where id = @id;
