-- What a plan held because of the CRM and not of the policy: when somebody mended the CRM, no change of policy says so.
with released as (
    update sync.candidate c set state = 'pending', policy_version = null, plan_id = null
    from sync.plan p
    join sync.plan_cell x on x.plan_id = p.id and x.verdict = 'Hold' and x.reason_code = any (@codes)
    where c.state = 'held' and c.plan_id = p.id and p.sealed_at < @before
      and x.object = c.object and x.record_id = c.record_id and x.field = c.field
    returning c.connection, c.flow
)
select connection, flow, count(*)::int from released group by connection, flow order by connection, flow;
