-- Contracts seen for the first time, and those that are Draft or Pending Legal for the first time. Answers a row when anything is new.
with seen as (
    insert into sync.contract_known as k (connection, object, field, first_status, was_unfinished, first_seen_at)
    select connection, object, field, status, unfinished, @now
    from unnest(@connections::text[], @objects::text[], @fields::text[], @statuses::text[], @unfinished::boolean[])
        as g(connection, object, field, status, unfinished)
    order by connection, object, field
    on conflict (connection, object, field) do update set was_unfinished = true
    where excluded.was_unfinished and not k.was_unfinished
    returning k.was_unfinished
)
select count(*) filter (where was_unfinished) from seen;
