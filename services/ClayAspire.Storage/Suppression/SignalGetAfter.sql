select id, source, kind, table_name, payload::text, occurred_at, received_at
from sync.signal
where id > @after and kind = any (@kinds)
order by id
limit @limit;
