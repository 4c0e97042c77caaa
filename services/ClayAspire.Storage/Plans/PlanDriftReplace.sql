-- In place of what an earlier look found; the look's row is locked by its own write before.
with gone as (
    delete from sync.plan_drift where plan_id = @plan_id and ordinal <> all (@ordinals)
)
insert into sync.plan_drift (plan_id, ordinal, reason_code, reason, value)
select @plan_id, g.ordinal, g.code, g.reason, g.value
from unnest(@ordinals::int[], @codes::text[], @reasons::text[], @values::text[]) as g(ordinal, code, reason, value)
on conflict (plan_id, ordinal) do update set reason_code = excluded.reason_code, reason = excluded.reason, value = excluded.value;
