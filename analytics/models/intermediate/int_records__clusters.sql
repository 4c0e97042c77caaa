-- grain: one row per live Lead or Contact
-- key: connection, object, record_id
-- inputs: stg_crm_records, int_records__match_edges
-- why: Connected components by spreading the smallest record id along the edges until nothing changes; the first created record of a cluster is its original, the others are surplus.
with recursive labels (connection, object, record_id, cluster_id) using key (connection, object, record_id) as (
    select distinct connection, object, from_id, from_id from int_records__match_edges
    union
    select edges.connection, edges.object, edges.to_id, min(labels.cluster_id)
    from labels
    inner join int_records__match_edges as edges
        on edges.connection = labels.connection and edges.object = labels.object and edges.from_id = labels.record_id
    inner join recurring.labels as known
        on known.connection = edges.connection and known.object = edges.object and known.record_id = edges.to_id
    where labels.cluster_id < known.cluster_id
    group by edges.connection, edges.object, edges.to_id
),

records as (
    select * from stg_crm_records where is_live and object in ('Lead', 'Contact')
),

labelled as (
    select
        records.connection,
        records.object,
        records.record_id,
        records.created_at,
        records.created_week,
        coalesce(labels.cluster_id, records.record_id) as cluster_id
    from records
    left join labels using (connection, object, record_id)
),

final as (
    select
        connection,
        object,
        record_id,
        created_week,
        cluster_id,
        row_number() over (partition by connection, object, cluster_id order by created_at nulls last, record_id) > 1 as is_surplus
    from labelled
)

select * from final
