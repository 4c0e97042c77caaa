update sync.suppression set removed_at = @now, removed_by = @by, removed_why = @why where id = @id and removed_at is null;
