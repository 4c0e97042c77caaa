copy (
    select ordinal, object, record_id, field, verdict, old_value, new_value, reason_code, reason, rule_id, record_version, caution, evidence
    from sync.plan_cell where plan_id = '{plan_id}' order by ordinal)
to stdout (format binary)
