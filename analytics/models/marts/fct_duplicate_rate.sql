-- grain: one row per scope, breakdown, member and week ('(all)' = all weeks)
-- key: scope, dimension, member, week
-- inputs: int_records__clusters, int_scopes__connections
-- why: Duplicate rate = (live records − clusters) ÷ live records; the numerator counts the records beyond the first of each cluster, which is the same number and can be dated.
with records as (
    select scopes.scope, clusters.*, coalesce(cast(clusters.created_week as varchar), '(unknown)') as week_key
    from int_records__clusters as clusters
    inner join int_scopes__connections as scopes using (connection)
),

grouped as (
    select
        scope,
        case when grouping(object) = 0 then 'object' else 'overall' end as dimension,
        coalesce(object, '(all)') as member,
        case when grouping(week_key) = 0 then week_key else '(all)' end as week,
        count(*) filter (where is_surplus) as numerator,
        count(*) as denominator
    from records
    group by grouping sets ((scope), (scope, week_key), (scope, object), (scope, object, week_key))
),

final as (
    select *, numerator / denominator as value, cast(null as double) as p90 from grouped
)

select * from final
