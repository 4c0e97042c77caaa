select s.id, s.source, s.idempotency_key
from unnest(@sources::text[], @keys::text[]) as g(source, idempotency_key)
join sync.signal s using (source, idempotency_key);
