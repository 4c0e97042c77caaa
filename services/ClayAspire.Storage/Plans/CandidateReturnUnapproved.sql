-- Changes that the approver left out are offered again in the next plan.
update sync.candidate c set state = 'pending', plan_id = null
from sync.plan_cell p
where c.plan_id = @plan_id and c.state = 'planned'
  and p.plan_id = @plan_id and p.verdict = 'Write' and not (p.ordinal = any (@ordinals))
  and p.object = c.object and p.record_id = c.record_id and p.field = c.field;
