-- grain: one row per KPI, scope, breakdown, member and week ('(all)' = all weeks)
-- key: kpi, scope, dimension, member, week
-- inputs: fct_fill_rate, fct_duplicate_rate, fct_bounce_rate, fct_first_touch, fct_reply_rate
-- why: All KPIs in one shape, so that the service, the metrics and later the anomaly detection read one table.
with final as (
    select 'fill-rate' as kpi, scope, dimension, member, week, numerator, denominator, value, p90 from fct_fill_rate
    union all
    select 'duplicate-rate' as kpi, scope, dimension, member, week, numerator, denominator, value, p90 from fct_duplicate_rate
    union all
    select 'bounce-rate' as kpi, scope, dimension, member, week, numerator, denominator, value, p90 from fct_bounce_rate
    union all
    select 'time-to-first-touch' as kpi, scope, dimension, member, week, numerator, denominator, value, p90 from fct_first_touch
    union all
    select 'reply-rate' as kpi, scope, dimension, member, week, numerator, denominator, value, p90 from fct_reply_rate
)

select * from final
