select coalesce(order_key, '') from sync.job where id = @id;
