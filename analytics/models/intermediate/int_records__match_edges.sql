-- grain: one row per ordered pair of records joined through a shared key
-- key: connection, object, from_id, to_id
-- inputs: int_records__match_keys
-- why: A star per key (each record to the key's smallest record and back) joins as well as all pairs, with a number of edges that grows with the records and not with their square.
with keys as (
    select * from int_records__match_keys
),

hubs as (
    select connection, object, key_kind, key_value, min(record_id) as hub_id
    from keys
    group by all
    having count(*) > 1
),

spokes as (
    select keys.connection, keys.object, keys.record_id, hubs.hub_id
    from keys
    inner join hubs using (connection, object, key_kind, key_value)
    where keys.record_id <> hubs.hub_id
),

final as (
    select connection, object, record_id as from_id, hub_id as to_id from spokes
    union
    select connection, object, hub_id as from_id, record_id as to_id from spokes
)

select * from final
