-- The cells of the records in plans of the window. The record's index leads to them (offset 0 keeps the steps apart).
select g.connection, c.object, c.record_id, c.field, p.sealed_at, c.old_value, c.verdict, c.reason_code, p.kind = 'undo'
from unnest(@connections::text[], @objects::text[], @records::text[]) as g(connection, object, record_id)
cross join lateral (
    select k.plan_id, k.object, k.record_id, k.field, k.old_value, k.verdict, k.reason_code from sync.plan_cell k
    where k.object = g.object and k.record_id = g.record_id
    offset 0) c
join sync.plan p on p.id = c.plan_id and p.connection = g.connection
where p.sealed_at >= @from and p.sealed_at <= @to;
