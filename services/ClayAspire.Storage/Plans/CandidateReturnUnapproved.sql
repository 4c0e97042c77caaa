-- Changes that the approver left out are offered again in the next plan.
with left_out as materialized (
    select object, record_id, field from sync.plan_cell
    where plan_id = @plan_id and verdict = 'Write' and ordinal <> all (@ordinals)
)
update sync.candidate c set state = 'pending', plan_id = null
where c.plan_id = @plan_id and c.state = 'planned'
  and (c.object, c.record_id, c.field) in (select object, record_id, field from left_out);
