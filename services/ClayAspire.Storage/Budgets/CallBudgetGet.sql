select used, max, told_at from sync.call_budget where connection = @connection;
