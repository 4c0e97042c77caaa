insert into sync.call_claim (id, connection, calls, expires_at) values (@id, @connection, @calls, @expires_at);
