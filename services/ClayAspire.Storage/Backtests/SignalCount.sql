select count(*) from sync.signal where received_at >= @from and received_at <= @to and kind = any (@kinds);
