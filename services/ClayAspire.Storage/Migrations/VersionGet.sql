select version, name, checksum from public.sync_migrations order by version;
