insert into sync.quarantine (source, table_name, import_job_id, line, reason_code, reason, raw, received_at)
select source, table_name, import_job_id, line, reason_code, reason, raw, @now
from unnest(@sources::text[], @tables::text[], @imports::uuid[], @lines::bigint[], @codes::text[], @reasons::text[], @raws::text[])
    as g(source, table_name, import_job_id, line, reason_code, reason, raw);
