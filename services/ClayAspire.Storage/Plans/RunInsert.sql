insert into sync.run (id, plan_id, connection, flow, state, planned, queued_at)
values (@id, @plan_id, @connection, @flow, 'queued', @planned, @now);
