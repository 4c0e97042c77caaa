-- A blank field is absent in the mirror, and null in a run. An edit explains the value when it ends with it, or when the history keeps no values;
-- the CRM's clock may run a little behind ours.
with ours as (
    select distinct on (c.record_id, c.field) c.record_id, c.field, c.new_value, coalesce(c.sent_at, c.verified_at) as sent_at
    from sync.run_cell c
    join sync.run r on r.id = c.run_id and r.connection = @connection
    where c.object = @object and c.record_id = any (@records) and c.state = 'verified'
    order by c.record_id, c.field, c.verified_at desc
)
select o.record_id, o.field
from ours o
join sync.crm_record m on m.connection = @connection and m.object = @object and m.record_id = o.record_id and m.state in ('live', 'converted')
where (m.fields ->> o.field) is distinct from o.new_value
  and not exists (
    select 1 from sync.field_edit e
    where e.connection = @connection and e.object = @object and e.record_id = o.record_id and e.field = o.field
      and e.edited_at >= o.sent_at - interval '5 minutes'
      and case when e.has_values then e.new_value is not distinct from (m.fields ->> o.field) else e.edited_by <> 'us' end)
order by o.record_id, o.field
limit @limit;
