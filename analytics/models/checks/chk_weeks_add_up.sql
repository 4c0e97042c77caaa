-- grain: one row per scope whose weeks do not add up; none is right
-- key: kpi, scope
-- inputs: fct_kpi_figures
-- why: Fill and duplicate figures of the weeks are a partition of the records, so their sum is the overall figure.
with final as (
    select kpi, scope
    from fct_kpi_figures
    where kpi in ('fill-rate', 'duplicate-rate') and dimension = 'overall'
    group by all
    having
        sum(numerator) filter (where week = '(all)') <> sum(numerator) filter (where week <> '(all)')
        or sum(denominator) filter (where week = '(all)') <> sum(denominator) filter (where week <> '(all)')
)

select * from final
