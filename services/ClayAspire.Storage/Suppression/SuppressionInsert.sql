-- Once for each address and reason; the earliest telling counts, whichever arrived first. Ordered, so that two workers never wait for each other in a ring.
insert into sync.suppression as s (email_key, reason, since, source, signal_id, listed_at)
select distinct on (n.email_key, n.reason) n.email_key, n.reason, n.since, n.source, n.signal_id, @now
from unnest(@keys::text[], @reasons::text[], @sinces::timestamptz[], @sources::text[], @signals::bigint[]) as n(email_key, reason, since, source, signal_id)
order by n.email_key, n.reason, n.since, n.source, n.signal_id
on conflict (email_key, reason) do update
set since = excluded.since, source = excluded.source, signal_id = excluded.signal_id
where excluded.since < s.since;
