-- Every field of the record that was read, offered, decided or written; each with its last verdict.
with named as (
    select k.field, 'read' as how from sync.crm_record r cross join lateral jsonb_object_keys(r.fields) as k(field)
    where r.connection = @connection and r.object = @object and r.record_id = @record
    union all
    select c.field, 'offered' from sync.candidate c
    where c.connection = @connection and c.object = @object and c.record_id = @record
    union all
    select c.field, 'decided' from sync.plan_cell c join sync.plan p on p.id = c.plan_id
    where c.object = @object and c.record_id = @record and p.connection = @connection
)
select n.field, count(*) filter (where n.how = 'offered'), count(*) filter (where n.how = 'decided'), v.verdict, v.reason
from named n
left join lateral (
    select c.verdict, c.reason from sync.plan_cell c join sync.plan p on p.id = c.plan_id
    where c.object = @object and c.record_id = @record and c.field = n.field and p.connection = @connection
    order by p.sealed_at desc, p.id desc limit 1) v on true
group by n.field, v.verdict, v.reason
order by count(*) filter (where n.how <> 'read') desc, n.field
limit @limit;
