-- What runs of ours wrote and read back, also before the window.
select g.connection, c.object, c.record_id, c.field, c.verified_at, c.old_value, c.new_value, p.kind = 'undo'
from unnest(@connections::text[], @objects::text[], @records::text[]) as g(connection, object, record_id)
cross join lateral (
    select k.run_id, k.object, k.record_id, k.field, k.verified_at, k.old_value, k.new_value from sync.run_cell k
    where k.object = g.object and k.record_id = g.record_id and k.state = 'verified'
    offset 0) c
join sync.run r on r.id = c.run_id and r.connection = g.connection
join sync.plan p on p.id = r.plan_id
where c.verified_at <= @to;
