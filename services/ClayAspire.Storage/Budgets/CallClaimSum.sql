select coalesce(sum(calls), 0)::bigint from sync.call_claim where connection = @connection and expires_at > @now;
