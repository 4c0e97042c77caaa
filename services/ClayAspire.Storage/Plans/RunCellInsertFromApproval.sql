-- The cells of a run, once: all changes that need no name, or those that were named; never what was declined.
with approved as materialized (
    select ordinals from sync.approval where plan_id = @plan_id and verdict = 'approved'
), named as materialized (
    select unnest(ordinals) as ordinal from approved
)
insert into sync.run_cell (run_id, ordinal, object, record_id, field, old_value, new_value)
select @run_id, p.ordinal, p.object, p.record_id, p.field, p.old_value, p.new_value
from sync.plan_cell p
left join named n on n.ordinal = p.ordinal
left join sync.declined_cell d on d.plan_id = p.plan_id and d.ordinal = p.ordinal
where p.plan_id = @plan_id and p.verdict = 'Write' and d.ordinal is null
  and case when (select ordinals is null from approved) then p.caution is null else n.ordinal is not null end
  and not exists (select 1 from sync.run_cell r where r.run_id = @run_id)
order by p.ordinal;
