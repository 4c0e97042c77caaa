-- Unmatched signals whose record may exist by now wait again, the oldest first.
with due as materialized (
    select o.signal_id
    from sync.signal_outcome o
    join sync.signal s on s.id = o.signal_id
    where o.state = 'unmatched' and o.connection = @connection and o.object = @object and o.awaited_keys && @keys::text[] and s.received_at >= @since
    order by o.signal_id
    limit @batch
    for update of o skip locked
)
update sync.signal_outcome o
set state = 'pending', reason = null, connection = null, object = null, awaited_keys = null, updated_at = @now
from due
where o.signal_id = due.signal_id;
