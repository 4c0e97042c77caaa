-- Ids follow the order given, because ids break ties between signals. Rows are inserted in the order of their keys, so that
-- two batches with the same keys wait for each other instead of deadlocking. Ids of duplicates are left unused.
with given as materialized (
    select g.*, nextval('sync.signal_id_seq') as id
    from unnest(@sources::text[], @kinds::text[], @tables::text[], @keys::text[], @payloads::text[], @occurred::timestamptz[], @feeds::bool[], @imports::uuid[], @lines::bigint[])
        with ordinality as g(source, kind, table_name, idempotency_key, payload, occurred_at, feeds, import_job_id, line, place)
    order by g.place
), inserted as (
    insert into sync.signal (id, source, kind, table_name, idempotency_key, payload, occurred_at, received_at, import_job_id, line)
    overriding system value
    select id, source, kind, table_name, idempotency_key, payload::jsonb, occurred_at, @now, import_job_id, line
    from given
    order by source, idempotency_key
    on conflict on constraint signal_idempotency do nothing
    returning id, source, idempotency_key
), outcomes as (
    insert into sync.signal_outcome (signal_id, state, updated_at)
    select i.id, case when g.feeds then 'pending' else 'ignored' end, @now
    from inserted i join given g using (id)
)
select id, source, idempotency_key from inserted;
