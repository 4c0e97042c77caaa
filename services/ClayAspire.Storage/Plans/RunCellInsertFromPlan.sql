insert into sync.run_cell (run_id, ordinal, object, record_id, field, old_value, new_value)
select @run_id, ordinal, object, record_id, field, old_value, new_value
from sync.plan_cell
where plan_id = @plan_id and verdict = 'Write' and (@ordinals::int[] is null or ordinal = any (@ordinals));
