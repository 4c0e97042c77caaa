update sync.run set cancel_asked_by = @by, cancel_asked_at = @at where id = @id and cancel_asked_at is null;
