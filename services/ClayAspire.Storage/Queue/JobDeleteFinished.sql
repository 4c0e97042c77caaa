-- Completed jobs only: dead ones wait for a person.
delete from sync.job
where id in (select id from sync.job where state = 'completed' and finished_at < @before order by finished_at limit @batch for update skip locked);
