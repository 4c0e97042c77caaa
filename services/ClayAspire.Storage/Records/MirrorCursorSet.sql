insert into sync.mirror_cursor (connection, object, read_until, last_full_at, updated_at)
values (@connection, @object, @read_until, @last_full_at, @now)
on conflict (connection, object) do update
set read_until = greatest(excluded.read_until, sync.mirror_cursor.read_until),
    last_full_at = greatest(excluded.last_full_at, sync.mirror_cursor.last_full_at),
    updated_at = excluded.updated_at;
