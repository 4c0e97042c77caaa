-- grain: one row per figure that breaks the rule; none is right
-- key: kpi, scope, dimension, member, week
-- inputs: fct_kpi_figures
-- why: A ratio outside 0..1 or a numerator above its denominator is a wrong join, whatever the data.
with final as (
    select * from fct_kpi_figures
    where numerator < 0 or numerator > denominator or (kpi <> 'time-to-first-touch' and (value is null or value not between 0 and 1))
)

select * from final
