-- All changes that need no name, or those that were named; never what was declined.
insert into sync.run_cell (run_id, ordinal, object, record_id, field, old_value, new_value)
select @run_id, ordinal, object, record_id, field, old_value, new_value
from sync.plan_cell c
where plan_id = @plan_id and verdict = 'Write'
  and case when @ordinals::int[] is null then caution is null else ordinal = any (@ordinals) end
  and not exists (select 1 from sync.declined_cell d where d.plan_id = c.plan_id and d.ordinal = c.ordinal);
