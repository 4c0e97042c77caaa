update sync.crm_record set state = @state, read_at = @now where connection = @connection and object = @object and record_id = any (@ids);
