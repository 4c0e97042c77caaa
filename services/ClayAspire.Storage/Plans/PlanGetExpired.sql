select id from sync.plan where state = 'sealed' and expires_at <= @now order by expires_at limit @batch for update skip locked;
