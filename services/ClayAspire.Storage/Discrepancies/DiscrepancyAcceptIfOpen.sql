update sync.discrepancy
set closed_at = @now, closed_how = 'accepted', closed_by = @by, closed_reason = @reason
where id = @id and closed_at is null
returning connection, object, record_id, field, found, expected;
