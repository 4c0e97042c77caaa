-- What a field that is not Active costs: live records of the mirror, those with a value, and those that have none and a value held.
-- The mirror leaves blank fields out; a checkbox that is false is blank. One pass over an object's records for all its fields.
with asked as (
    select * from unnest(@connections::text[], @objects::text[], @fields::text[], @flags::boolean[]) as g(connection, object, field, flag)
), counted as (
    select a.connection, a.object, a.field, count(*) as live,
           count(*) filter (where coalesce(r.fields ->> a.field, '') <> '' and not (a.flag and r.fields ->> a.field = 'false')) as filled
    from asked a
    join sync.crm_record r on r.connection = a.connection and r.object = a.object and r.state = 'live'
    group by a.connection, a.object, a.field
), gained as (
    select h.connection, h.object, h.field, count(*) as gain
    from (select distinct c.connection, c.object, c.field, c.record_id, a.flag
          from asked a
          join sync.candidate c on c.connection = a.connection and c.object = a.object and c.field = a.field and c.state = 'held') h
    join sync.crm_record r on r.connection = h.connection and r.object = h.object and r.record_id = h.record_id and r.state = 'live'
    where coalesce(r.fields ->> h.field, '') = '' or (h.flag and r.fields ->> h.field = 'false')
    group by h.connection, h.object, h.field
)
select a.connection, a.object, a.field, coalesce(c.live, 0), coalesce(c.filled, 0), coalesce(g.gain, 0)
from asked a
left join counted c using (connection, object, field)
left join gained g using (connection, object, field);
