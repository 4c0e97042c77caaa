insert into sync.formula_check (id, connection, asked_by, mirrored, looked, opened, healed, still_open, api_calls, checked_at)
select @id, @connection, @asked_by, @mirrored, @looked, @opened, @healed,
       (select count(*) from sync.discrepancy d where d.connection = @connection and d.closed_at is null), @api_calls, @now
on conflict (id) do nothing;
