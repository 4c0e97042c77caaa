insert into public.sync_migrations (version, name, checksum, applied_at) values (@version, @name, @checksum, @at);
