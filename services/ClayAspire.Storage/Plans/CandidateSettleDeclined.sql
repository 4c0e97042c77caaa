update sync.candidate c set state = 'settled'
from sync.plan_cell p
where p.plan_id = @plan_id and p.ordinal = any (@ordinals)
  and c.plan_id = @plan_id and c.state = 'planned' and c.object = p.object and c.record_id = p.record_id and c.field = p.field;
