update sync.import_job set heartbeat_at = @now where owner = @owner and state = 'receiving';
