insert into sync.clay_webhook (source, name, lifetime, configured_at) values (@source, @name, @lifetime, @now)
on conflict (source) do update set name = excluded.name, lifetime = excluded.lifetime, configured_at = excluded.configured_at;
