-- The partial unique index job_unique_waiting decides; no row comes back when a waiting job covers the request.
insert into sync.job (kind, payload, order_key, unique_key, priority, run_at, max_attempts, created_at)
values (@kind, @payload, @order_key, @unique_key, @priority, @run_at, @max_attempts, @now)
on conflict (kind, unique_key) where state = 'available' and unique_key is not null do nothing
returning id, payload::text;
