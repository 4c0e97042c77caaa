-- What a field that is not Active costs: live records of the mirror, those with a value, and those that have none and a value held.
-- The mirror leaves blank fields out; a checkbox that is false is blank. Records are cut down to what is counted before they are joined:
-- whole ones would not fit into the memory of a join.
with asked as (
    select * from unnest(@connections::text[], @objects::text[], @fields::text[], @flags::boolean[]) as g(connection, object, field, flag)
), cell as materialized (
    select a.connection, a.object, a.field, r.record_id,
           coalesce(r.fields ->> a.field, '') = '' or (a.flag and r.fields ->> a.field = 'false') as blank
    from asked a
    join sync.crm_record r on r.connection = a.connection and r.object = a.object and r.state = 'live'
), gained as (
    select c.connection, c.object, c.field, count(*) as gain
    from cell c
    where c.blank and (c.connection, c.object, c.field, c.record_id) in (
        select h.connection, h.object, h.field, h.record_id from sync.candidate h where h.state = 'held')
    group by c.connection, c.object, c.field
), counted as (
    select connection, object, field, count(*) as live, count(*) filter (where not blank) as filled
    from cell
    group by connection, object, field
)
select a.connection, a.object, a.field, coalesce(c.live, 0), coalesce(c.filled, 0), coalesce(g.gain, 0)
from asked a
left join counted c using (connection, object, field)
left join gained g using (connection, object, field);
