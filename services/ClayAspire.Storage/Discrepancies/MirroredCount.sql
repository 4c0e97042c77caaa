select count(*) from sync.crm_record where connection = @connection and object = any(@objects) and state = 'live';
