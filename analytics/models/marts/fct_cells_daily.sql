-- grain: one row per day (UTC), connection and flow
-- key: day, connection, flow
-- inputs: stg_run_cells, stg_runs
-- why: What was written, refused by the CRM or skipped, per day; a cell without a time of its own takes its run's.
with cells as (
    select
        cells.connection,
        cells.flow,
        cells.state,
        cast(coalesce(cells.verified_at, cells.sent_at, runs.finished_at, runs.started_at, runs.queued_at) as date) as day
    from stg_run_cells as cells
    inner join stg_runs as runs using (run_id)
),

final as (
    select
        day,
        connection,
        flow,
        count(*) filter (where state = 'verified') as verified,
        count(*) filter (where state = 'rejected') as rejected,
        count(*) filter (where state = 'skipped') as skipped,
        count(*) filter (where state in ('planned', 'intent', 'acknowledged')) as open
    from cells
    group by all
)

select * from final
