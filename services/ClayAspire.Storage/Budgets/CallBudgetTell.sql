-- The latest word counts: answers reach replicas, and replicas this table, in any order.
insert into sync.call_budget as b (connection, used, max, told_at) values (@connection, @used, @max, @told_at)
on conflict (connection) do update set used = excluded.used, max = excluded.max, told_at = excluded.told_at where b.told_at < excluded.told_at;
