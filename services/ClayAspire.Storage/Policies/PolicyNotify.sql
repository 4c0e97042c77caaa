-- Delivered at commit.
select pg_notify('clayaspire_policy', '');
