insert into sync.worker (id, host, process_id, started_at, seen_at)
values (@id, @host, @process_id, @now, @now)
on conflict (id) do update set seen_at = excluded.seen_at;
