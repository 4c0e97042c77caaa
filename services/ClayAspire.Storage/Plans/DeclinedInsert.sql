insert into sync.declined_cell (plan_id, ordinal, declined_by, reason, at)
select c.plan_id, c.ordinal, @declined_by, @reason, @at
from sync.plan_cell c
where c.plan_id = @plan_id and c.verdict = 'Write' and c.ordinal = any (@ordinals)
on conflict (plan_id, ordinal) do nothing;
