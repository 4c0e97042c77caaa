with released as (
    update sync.candidate set state = 'pending', policy_version = null, plan_id = null
    where state = 'held' and policy_version is distinct from @policy_version
    returning connection, flow
)
select connection, flow, count(*)::int from released group by connection, flow order by connection, flow;
