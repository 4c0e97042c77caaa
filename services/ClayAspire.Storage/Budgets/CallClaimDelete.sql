-- With it go those of replicas that died.
delete from sync.call_claim where connection = @connection and (id = @id or expires_at <= @now);
