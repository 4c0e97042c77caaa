select r.connection, r.object, r.record_id, r.state, r.read_at, r.version, r.fields::text
from unnest(@connections::text[], @objects::text[], @records::text[]) as g(connection, object, record_id)
join sync.crm_record r using (connection, object, record_id);
