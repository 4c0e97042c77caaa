-- What the ledger says of an ended cell: what was planned, who released it, what became of it.
select c.ordinal, c.state, c.object, c.record_id, c.field, c.old_value, c.new_value, p.rule_id, p.source, p.winner_signal,
       a.approver, l.policy_version, c.reason_code, c.reason, l.undoes_run
from sync.run_cell c
join sync.plan_cell p on p.plan_id = @plan_id and p.ordinal = c.ordinal
join sync.plan l on l.id = @plan_id
join sync.approval a on a.plan_id = @plan_id and a.verdict = 'approved'
where c.run_id = @run_id and c.ordinal = any (@ordinals)
order by c.ordinal;
