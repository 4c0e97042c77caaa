select state, fields ->> @field, jsonb_exists(fields, @field), read_at
from sync.crm_record
where connection = @connection and object = @object and record_id = @record;
