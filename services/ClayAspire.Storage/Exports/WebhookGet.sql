-- The newest source of each name is the one in use.
select distinct on (name) name, source, lifetime, submissions, configured_at from sync.clay_webhook order by name, configured_at desc;
