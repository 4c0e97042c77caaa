-- Edits that the CRM's field history told us of, also before the window: the last one before a seal counts.
select e.connection, e.object, e.record_id, e.field, e.edited_at, e.edited_by, e.editor_id, e.is_creation, e.has_values, e.old_value, e.new_value, e.gap_code, e.gap
from unnest(@connections::text[], @objects::text[], @records::text[]) as g(connection, object, record_id)
join sync.field_edit e using (connection, object, record_id)
where e.edited_at <= @to;
