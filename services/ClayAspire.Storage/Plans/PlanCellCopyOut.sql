-- What a plan's hash covers, and the evidence that its changes were decided on. COPY takes no parameters; {plan_id} is an id of ours, never text.
copy (
    select ordinal, object, record_id, field, verdict, old_value, new_value, reason_code, reason, rule_id, record_version, caution, evidence
    from sync.plan_cell where plan_id = '{plan_id}' order by ordinal)
to stdout (format binary)
