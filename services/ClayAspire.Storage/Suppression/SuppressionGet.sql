select match, reason, since, source, kind from sync.suppression where match = any (@matches) and removed_at is null order by match, since, reason;
