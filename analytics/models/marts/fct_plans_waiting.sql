-- grain: one row per connection and flow with a plan that waits for release
-- key: connection, flow
-- inputs: stg_plans, settings.snapshot
-- why: A plan of holds and refusals alone has nothing to release and waits for nobody. A plan that nobody releases is the quietest way for a sync to stop; age is measured at the snapshot's time, so it can be recomputed.
with plans as (
    select plans.*, moment.taken_at
    from stg_plans as plans
    cross join settings.snapshot as moment
    where plans.state = 'sealed' and plans.changes > 0 and plans.expires_at > moment.taken_at
),

final as (
    select
        connection,
        flow,
        count(*) as plans,
        cast(sum(changes) as bigint) as changes,
        min(sealed_at) as oldest_sealed_at,
        max(epoch(taken_at) - epoch(sealed_at)) as oldest_age_seconds
    from plans
    group by all
)

select * from final
