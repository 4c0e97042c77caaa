-- grain: one row per scope, breakdown, member and week ('(all)' = all weeks)
-- key: scope, dimension, member, week
-- inputs: int_leads__fill_counts, int_scopes__connections
-- why: Fill rate = non-blank cells ÷ eligible cells of the key fields of live Leads.
with counts as (
    select scopes.scope, counts.*
    from int_leads__fill_counts as counts
    inner join int_scopes__connections as scopes using (connection)
),

grouped as (
    select
        scope,
        case
            when grouping(field) = 0 then 'field'
            when grouping(gbu) = 0 then 'gbu'
            when grouping(region) = 0 then 'region'
            when grouping(lead_source) = 0 then 'lead_source'
            else 'overall'
        end as dimension,
        coalesce(field, gbu, region, lead_source, '(all)') as member,
        case when grouping(created_week_key) = 0 then created_week_key else '(all)' end as week,
        cast(sum(filled) as bigint) as numerator,
        cast(sum(eligible) as bigint) as denominator
    from counts
    group by grouping sets (
        (scope), (scope, created_week_key), (scope, field), (scope, field, created_week_key), (scope, gbu), (scope, region), (scope, lead_source)
    )
),

final as (
    select *, numerator / denominator as value, cast(null as double) as p90 from grouped
)

select * from final
