-- Changes that the approval left out are offered again in the next plan. Those declined are settled already.
with approved as materialized (
    select ordinals from sync.approval where plan_id = @plan_id and verdict = 'approved'
), named as materialized (
    select unnest(ordinals) as ordinal from approved
), left_out as materialized (
    select p.object, p.record_id, p.field
    from sync.plan_cell p
    left join named n on n.ordinal = p.ordinal
    where p.plan_id = @plan_id and p.verdict = 'Write'
      and not case when (select ordinals is null from approved) then p.caution is null else n.ordinal is not null end
)
update sync.candidate c set state = 'pending', plan_id = null
from left_out l
where c.plan_id = @plan_id and c.state = 'planned' and c.object = l.object and c.record_id = l.record_id and c.field = l.field;
