select count(*)::int, (count(*) filter (where c.caution is null))::int
from sync.declined_cell d
join sync.plan_cell c on c.plan_id = d.plan_id and c.ordinal = d.ordinal
where d.plan_id = @plan_id;
