select id, payload::text from sync.job
where kind = @kind and unique_key = @unique_key and state = 'available';
