-- First the rows that wait, then their signals by key (offset 0 keeps the steps apart, also before there are statistics).
with taken as materialized (
    select signal_id from sync.signal_outcome
    where state = 'pending'
    order by signal_id
    limit @limit
    for update skip locked
)
select s.id, s.source, s.kind, s.table_name, s.payload::text, s.occurred_at, s.received_at
from taken t
cross join lateral (select * from sync.signal k where k.id = t.signal_id offset 0) s
order by s.id;
