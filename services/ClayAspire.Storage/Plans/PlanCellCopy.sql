copy sync.plan_cell (plan_id, ordinal, object, record_id, field, verdict, old_value, new_value, reason_code, reason, rule_id, source,
                     winner_signal, evidence, record_version, waits_for, caution)
from stdin (format binary)
