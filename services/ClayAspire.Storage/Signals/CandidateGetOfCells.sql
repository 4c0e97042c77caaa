select c.connection, c.object, c.record_id, c.field, c.signal_id, c.source, c.occurred_at, c.value, c.state = 'settled', c.confidence
from (select distinct * from unnest(@connections::text[], @objects::text[], @records::text[], @fields::text[]) as x(connection, object, record_id, field)) g
join sync.candidate c using (connection, object, record_id, field)
order by c.object, c.record_id, c.field, c.signal_id;
