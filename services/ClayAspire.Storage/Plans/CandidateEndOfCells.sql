update sync.candidate x
set state = g.state, plan_id = case when g.state = 'pending' then null else x.plan_id end
from unnest(@ordinals::int[], @states::text[]) as g(ordinal, state)
join sync.run_cell c on c.run_id = @run_id and c.ordinal = g.ordinal
where x.plan_id = @plan_id and x.state = 'planned'
  and x.connection = @connection and x.object = c.object and x.record_id = c.record_id and x.field = c.field;
