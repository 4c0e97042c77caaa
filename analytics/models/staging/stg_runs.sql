-- grain: one row per run
-- key: run_id
-- inputs: snapshot.run
-- why: The one place that reads runs: times in UTC.
with runs as (
    select * from snapshot.run
),

final as (
    select
        run_id,
        plan_id,
        connection,
        flow,
        state,
        queued_at at time zone 'UTC' as queued_at,
        started_at at time zone 'UTC' as started_at,
        finished_at at time zone 'UTC' as finished_at
    from runs
)

select * from final
