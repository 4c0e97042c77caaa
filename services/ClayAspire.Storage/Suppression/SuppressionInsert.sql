-- What signals say. Once for each address and reason; the earliest telling counts, whichever arrived first. What a person took off comes back only by
-- what happened after that; what a person put on stays theirs. Ordered, so that two workers never wait for each other in a ring.
insert into sync.suppression as s (kind, match, reason, since, source, signal_id, listed_at)
select distinct on (n.match, n.reason) 'address', n.match, n.reason, n.since, n.source, n.signal_id, @now
from unnest(@matches::text[], @reasons::text[], @sinces::timestamptz[], @sources::text[], @signals::bigint[]) as n(match, reason, since, source, signal_id)
where not exists (
    select 1 from sync.suppression r where r.match = n.match and r.reason = n.reason and r.removed_at >= n.since)
order by n.match, n.reason, n.since, n.source, n.signal_id
on conflict (match, reason) where removed_at is null do update
set since = excluded.since, source = excluded.source, signal_id = excluded.signal_id
where s.signal_id is not null and excluded.since < s.since;
