insert into sync.candidate (signal_id, flow, connection, object, record_id, field, value, source, occurred_at, confidence)
select g.signal_id, g.flow, g.connection, g.object, g.record_id, g.field, g.value, g.source, g.occurred_at, g.confidence
from unnest(@signals::bigint[], @flows::text[], @connections::text[], @objects::text[], @records::text[], @fields::text[], @values::text[], @sources::text[], @occurred::timestamptz[],
            @confidences::double precision[])
    as g(signal_id, flow, connection, object, record_id, field, value, source, occurred_at, confidence)
order by g.signal_id, g.object, g.record_id, g.field
on conflict on constraint candidate_once do nothing;
