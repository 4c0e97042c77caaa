insert into sync.drift_observation (sample_id, run_id, ordinal, connection, object, record_id, field, written_value, verified_at, observed_at, outcome, seen_value,
                                    changed_by, changed_at, editor_id, gap_code, gap)
select @sample, g.run_id, g.ordinal, @connection, g.object, g.record_id, g.field, g.written_value, g.verified_at, @now, g.outcome, g.seen_value,
       g.changed_by, g.changed_at, g.editor_id, g.gap_code, g.gap
from unnest(@runs::uuid[], @ordinals::int[], @objects::text[], @records::text[], @fields::text[], @written::text[], @verified::timestamptz[], @outcomes::text[],
            @seen::text[], @kinds::text[], @times::timestamptz[], @editors::text[], @codes::text[], @gaps::text[])
    as g(run_id, ordinal, object, record_id, field, written_value, verified_at, outcome, seen_value, changed_by, changed_at, editor_id, gap_code, gap);
