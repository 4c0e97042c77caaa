-- By key, also before there are statistics.
select s.id, s.source, s.kind, s.table_name, s.payload::text, s.occurred_at, s.received_at
from unnest(@ids::bigint[]) as g(id)
cross join lateral (select * from sync.signal k where k.id = g.id offset 0) s;
