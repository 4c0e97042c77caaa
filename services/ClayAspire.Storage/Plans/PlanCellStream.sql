-- A plan's cells as its hash takes them, each row as one value in PostgreSQL's binary form. Of the evidence only the signals, which the hash
-- covers; to write out 100,000 documents takes longer than all else here. The whole of it only where a change is decided anew.
select record_send(row(
    ordinal, object, record_id, field, verdict, old_value, new_value, reason_code, rule_id, record_version, caution,
    jsonb_typeof(evidence -> 'winner') = 'object', evidence -> 'winner' ->> 'signal', case when evidence -> 'losers' = '[]' then null else (evidence -> 'losers')::text end,
    case when @with_evidence and verdict = 'Write' then evidence::text end, case when @with_evidence and verdict = 'Write' then reason end))
from sync.plan_cell
where plan_id = @plan_id
order by ordinal;
