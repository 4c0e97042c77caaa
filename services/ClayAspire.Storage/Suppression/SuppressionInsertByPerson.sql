-- What a person lists. A subject that stands for the same reason already stays as it is.
insert into sync.suppression (kind, match, reason, since, source, added_by, note, listed_at)
select distinct on (n.match, n.reason) n.kind, n.match, n.reason, @now, @source, @by, n.note, @now
from unnest(@kinds::text[], @matches::text[], @reasons::text[], @notes::text[]) as n(kind, match, reason, note)
order by n.match, n.reason
on conflict (match, reason) where removed_at is null do nothing;
