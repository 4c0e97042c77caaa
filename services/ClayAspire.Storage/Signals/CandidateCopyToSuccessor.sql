-- What waits for a cell is offered for its successor too; a signal that offered for that one already is passed over.
with moved as (
    insert into sync.candidate (signal_id, flow, connection, object, record_id, field, value, source, occurred_at, confidence)
    select c.signal_id, c.flow, c.connection, g.to_object, g.to_record, g.to_field, c.value, c.source, c.occurred_at, c.confidence
    from unnest(@objects::text[], @records::text[], @fields::text[], @to_objects::text[], @to_records::text[], @to_fields::text[])
        as g(object, record_id, field, to_object, to_record, to_field)
    join sync.candidate c on c.connection = @connection and c.object = g.object and c.record_id = g.record_id and c.field = g.field and c.state in ('pending', 'held')
    order by c.signal_id, g.to_object, g.to_record, g.to_field
    on conflict on constraint candidate_once do nothing
    returning object, record_id, field, signal_id
)
select object, record_id, field, array_agg(signal_id order by signal_id) from moved group by object, record_id, field order by object, record_id, field;
