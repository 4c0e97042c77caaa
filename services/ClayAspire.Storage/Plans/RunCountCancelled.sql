select count(*) from sync.run_cell where run_id = @id and state = 'skipped' and reason_code = 'cancelled';
