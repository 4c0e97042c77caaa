select record_id, fields ->> 'Name', coalesce(fields ->> 'IsActive', 'false') = 'true' from sync.crm_record
where connection = @connection and object = 'Campaign' and state = 'live' order by 3 desc, 2, 1 limit 2000;
