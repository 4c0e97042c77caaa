-- Step by step from the cells to their candidates by key (offset 0 keeps the steps apart): without statistics the planner
-- would read every candidate of the plan for every batch.
with ended as materialized (
    select c.object, c.record_id, c.field, g.state
    from unnest(@ordinals::int[], @states::text[]) as g(ordinal, state)
    join sync.run_cell c on c.run_id = @run_id and c.ordinal = any (@ordinals) and c.ordinal = g.ordinal
), found as materialized (
    select x.id, e.state
    from ended e
    cross join lateral (
        select k.id, k.plan_id, k.state from sync.candidate k
        where k.connection = @connection and k.object = e.object and k.record_id = e.record_id and k.field = e.field
        offset 0) x
    where x.plan_id = @plan_id and x.state = 'planned'
)
update sync.candidate c
set state = f.state, plan_id = case when f.state = 'pending' then null else c.plan_id end
from found f
where c.id = f.id;
