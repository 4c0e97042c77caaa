-- Every candidate, of any flow and any state, of each cell that has a pending one of this flow.
select c.connection, c.object, c.record_id, c.field, c.signal_id, c.source, c.occurred_at, c.value, c.state = 'settled', c.confidence
from sync.candidate c
where exists (
    select 1 from sync.candidate p
    where p.connection = @connection and p.flow = @flow and p.state = 'pending'
      and p.connection = c.connection and p.object = c.object and p.record_id = c.record_id and p.field = c.field)
order by c.object, c.record_id, c.field, c.signal_id;
