-- A green run of the same rules that wrote something on the staging connection.
select exists (
    select 1 from sync.plan p join sync.run r on r.plan_id = p.id
    where p.flow = @flow and p.connection = @connection and p.flow_fingerprint = @fingerprint and p.kind = 'writeback'
      and r.state = 'green' and r.verified > 0);
