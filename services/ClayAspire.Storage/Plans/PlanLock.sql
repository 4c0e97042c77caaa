select state from sync.plan where id = @id for update;
