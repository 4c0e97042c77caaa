select c.signal_id, c.source, c.occurred_at, c.value, c.state, c.flow, s.received_at, c.confidence
from sync.candidate c
join sync.signal s on s.id = c.signal_id
where c.connection = @connection and c.object = @object and c.record_id = @record and c.field = @field
order by c.id desc
limit @limit;
