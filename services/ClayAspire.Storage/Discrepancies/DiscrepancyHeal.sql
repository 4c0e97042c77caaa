-- Those that were looked at and agree again.
update sync.discrepancy
set closed_at = @now, closed_how = 'healed'
where connection = @connection and object = @object and field = @field and record_id = any(@records) and closed_at is null
returning id, record_id;
