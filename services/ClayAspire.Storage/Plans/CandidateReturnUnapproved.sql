-- Changes that the approval left out are offered again in the next plan. Those declined are settled already.
with left_out as materialized (
    select object, record_id, field from sync.plan_cell p
    where plan_id = @plan_id and verdict = 'Write'
      and not exists (select 1 from sync.run_cell r where r.run_id = @run_id and r.ordinal = p.ordinal)
)
update sync.candidate c set state = 'pending', plan_id = null
where c.plan_id = @plan_id and c.state = 'planned'
  and (c.object, c.record_id, c.field) in (select object, record_id, field from left_out);
