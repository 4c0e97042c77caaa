update sync.signal_outcome o
set state = g.state, reason = g.reason, connection = g.connection, object = g.object, record_id = g.record_id,
    awaited_keys = string_to_array(g.awaited_keys, E'\n'), updated_at = @now
from unnest(@ids::bigint[], @states::text[], @reasons::text[], @connections::text[], @objects::text[], @records::text[], @awaited::text[])
    as g(signal_id, state, reason, connection, object, record_id, awaited_keys)
where o.signal_id = any (@ids) and o.signal_id = g.signal_id and o.state = 'pending';
