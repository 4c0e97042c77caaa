-- Records whose mirrored formula differs from what it is made of, and those of which one is open: the worker reads them again before it says so.
select r.record_id
from sync.crm_record r
where r.connection = @connection and r.object = @object and r.state = 'live'
  and (coalesce(r.fields ->> @field, 'false') = 'true') <> exists (select 1 from unnest(@sources) s where r.fields ->> s = 'true')
union
select d.record_id
from sync.discrepancy d
where d.connection = @connection and d.object = @object and d.field = @field and d.closed_at is null
order by 1;
