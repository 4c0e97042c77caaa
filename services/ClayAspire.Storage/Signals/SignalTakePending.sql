select s.id, s.source, s.kind, s.table_name, s.payload::text, s.occurred_at, s.received_at
from sync.signal_outcome o join sync.signal s on s.id = o.signal_id
where o.state = 'pending'
order by o.signal_id
limit @limit
for update of o skip locked;
