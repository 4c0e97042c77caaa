-- The cell's index leads to the plans; a plan of another connection may name an equal record id.
select p.id, p.flow, p.author, p.state, p.sealed_at, p.policy_version,
       c.verdict, c.old_value, c.new_value, c.reason_code, c.reason, c.rule_id, c.evidence, c.waits_for,
       a.verdict, a.approver, a.at, a.reason,
       coalesce(case when a.ordinals is null then c.caution is null else c.ordinal = any (a.ordinals) end, false) and d.ordinal is null,
       c.caution, d.declined_by, d.at, d.reason
from sync.plan_cell c
join sync.plan p on p.id = c.plan_id
left join lateral (
    select x.verdict, x.approver, x.at, x.reason, x.ordinals from sync.approval x where x.plan_id = p.id order by x.at desc limit 1) a on true
left join sync.declined_cell d on d.plan_id = c.plan_id and d.ordinal = c.ordinal
where c.object = @object and c.record_id = @record and c.field = @field and p.connection = @connection
order by p.sealed_at desc, p.id desc
limit @limit;
