-- What the mirror has of the record.
select fields::text from sync.crm_record where connection = @connection and object = @object and record_id = @record;
