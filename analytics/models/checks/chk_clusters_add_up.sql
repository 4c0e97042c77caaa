-- grain: one row per connection and object that breaks the rule; none is right
-- key: connection, object
-- inputs: int_records__clusters
-- why: Surplus records must be exactly live records − clusters; else a cluster lost or doubled its original.
with final as (
    select
        connection,
        object,
        count(*) filter (where is_surplus) as surplus,
        count(*) - count(distinct cluster_id) as expected
    from int_records__clusters
    group by all
    having surplus <> expected
)

select * from final
