-- In the order of the keys, so that two batches with the same keys wait for each other instead of deadlocking.
with given as (
    select * from unnest(@sources::text[], @kinds::text[], @tables::text[], @keys::text[], @payloads::text[], @occurred::timestamptz[], @feeds::bool[], @imports::uuid[], @lines::bigint[])
        as g(source, kind, table_name, idempotency_key, payload, occurred_at, feeds, import_job_id, line)
), inserted as (
    insert into sync.signal (source, kind, table_name, idempotency_key, payload, occurred_at, received_at, import_job_id, line)
    select source, kind, table_name, idempotency_key, payload::jsonb, occurred_at, @now, import_job_id, line
    from given
    order by source, idempotency_key
    on conflict on constraint signal_idempotency do nothing
    returning id, source, idempotency_key
), outcomes as (
    insert into sync.signal_outcome (signal_id, state, updated_at)
    select i.id, case when g.feeds then 'pending' else 'ignored' end, @now
    from inserted i join given g using (source, idempotency_key)
)
select id, source, idempotency_key from inserted;
