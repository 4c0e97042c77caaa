-- grain: one row per cell of a run
-- key: run_id, ordinal
-- inputs: snapshot.run_cell
-- why: The one place that reads applied cells: times in UTC.
with cells as (
    select * from snapshot.run_cell
),

final as (
    select
        run_id,
        ordinal,
        connection,
        flow,
        object,
        record_id,
        field,
        state,
        sent_at at time zone 'UTC' as sent_at,
        verified_at at time zone 'UTC' as verified_at
    from cells
)

select * from final
