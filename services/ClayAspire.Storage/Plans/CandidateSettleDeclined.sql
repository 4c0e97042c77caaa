update sync.candidate c set state = 'settled'
from sync.declined_cell d
join sync.plan_cell p on p.plan_id = d.plan_id and p.ordinal = d.ordinal
where d.plan_id = @plan_id
  and c.plan_id = @plan_id and c.state = 'planned' and c.object = p.object and c.record_id = p.record_id and c.field = p.field;
