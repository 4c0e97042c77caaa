-- grain: one row per plan
-- key: plan_id
-- inputs: snapshot.plan
-- why: The one place that reads plans: times in UTC.
with plans as (
    select * from snapshot.plan
),

final as (
    select
        plan_id,
        connection,
        flow,
        state,
        changes,
        sealed_at at time zone 'UTC' as sealed_at,
        expires_at at time zone 'UTC' as expires_at
    from plans
)

select * from final
