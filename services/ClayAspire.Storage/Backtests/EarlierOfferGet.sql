-- What signals offered that came before the window. Settled counts as it stood when the window began: what a later plan settled waited then.
select c.connection, c.object, c.record_id, c.field, c.flow, c.signal_id, c.source, c.occurred_at, c.value,
       c.state = 'settled' and coalesce(p.sealed_at < @from, true), c.confidence
from unnest(@connections::text[], @objects::text[], @records::text[]) as g(connection, object, record_id)
cross join lateral (
    select k.* from sync.candidate k
    where k.connection = g.connection and k.object = g.object and k.record_id = g.record_id
    offset 0) c
join sync.signal s on s.id = c.signal_id and s.received_at < @from
left join sync.plan p on p.id = c.plan_id
order by c.signal_id;
