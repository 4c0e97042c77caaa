update sync.import_job
set state = @state, bytes_read = @bytes_read, rows_read = @rows_read, rows_accepted = @rows_accepted,
    rows_duplicate = @rows_duplicate, rows_quarantined = @rows_quarantined, error = @error, finished_at = @finished_at,
    heartbeat_at = @now
where id = @id and state = 'receiving';
