-- The job first, its order key after it: whoever holds the job's row may ask for the key, never the other way round.
select coalesce(order_key, '') from sync.job where id = @id for update;
