-- grain: one row per scope, breakdown, member and week of the sync ('(all)' = all weeks)
-- key: scope, dimension, member, week
-- inputs: int_leads__first_touch, int_scopes__connections
-- why: Time to first touch: median (value) and p90 in seconds of the Leads touched after their sync; the denominator shows how many were synced.
with leads as (
    select scopes.scope, touches.*, cast(touches.synced_week as varchar) as week_key
    from int_leads__first_touch as touches
    inner join int_scopes__connections as scopes using (connection)
),

grouped as (
    select
        scope,
        case
            when grouping(lead_source) = 0 then 'lead_source'
            when grouping(gbu) = 0 then 'gbu'
            when grouping(region) = 0 then 'region'
            else 'overall'
        end as dimension,
        coalesce(lead_source, gbu, region, '(all)') as member,
        coalesce(week_key, '(all)') as week,
        count(touch_seconds) as numerator,
        count(*) as denominator,
        quantile_cont(touch_seconds, 0.5) as value,
        quantile_cont(touch_seconds, 0.9) as p90
    from leads
    group by grouping sets ((scope), (scope, week_key), (scope, lead_source), (scope, gbu), (scope, region))
),

final as (
    select * from grouped
)

select * from final
