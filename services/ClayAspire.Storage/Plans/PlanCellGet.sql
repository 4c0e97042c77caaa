select ordinal, object, record_id, field, verdict, old_value, new_value, reason_code, reason, rule_id, evidence::text, record_version, waits_for, caution
from sync.plan_cell where plan_id = @plan_id order by ordinal;
