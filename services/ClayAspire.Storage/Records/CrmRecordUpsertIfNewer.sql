insert into sync.crm_record (connection, object, record_id, email_key, external_key, version, state, successor_id, fields, created_at, read_at)
select connection, object, record_id, lower(nullif(email_key, '')), nullif(external_key, ''), version, state, successor_id, fields::jsonb, created_at, read_at
from unnest(@connections::text[], @objects::text[], @records::text[], @emails::text[], @externals::text[], @versions::text[], @states::text[],
            @successors::text[], @fields::text[], @created::timestamptz[], @read::timestamptz[])
    as g(connection, object, record_id, email_key, external_key, version, state, successor_id, fields, created_at, read_at)
order by connection, object, record_id
on conflict (connection, object, record_id) do update
set email_key = excluded.email_key, external_key = excluded.external_key, version = excluded.version, state = excluded.state,
    successor_id = excluded.successor_id, fields = excluded.fields, created_at = coalesce(excluded.created_at, sync.crm_record.created_at), read_at = excluded.read_at
where sync.crm_record.read_at <= excluded.read_at;
