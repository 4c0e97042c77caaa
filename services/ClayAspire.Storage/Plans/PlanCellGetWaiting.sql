select c.ordinal, c.object, c.record_id, c.field, c.old_value
from sync.plan_cell c
left join sync.declined_cell d on d.plan_id = c.plan_id and d.ordinal = c.ordinal
where c.plan_id = @plan_id and c.verdict = 'Write' and d.ordinal is null
order by c.object, c.record_id, c.ordinal;
