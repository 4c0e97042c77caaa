insert into sync.field_edit (connection, object, record_id, field, edited_at, edited_by, editor_id, is_creation, has_values, old_value, new_value, gap_code, gap, learned_by, learned_at)
select g.connection, g.object, g.record_id, g.field, g.edited_at, g.edited_by, g.editor_id, g.is_creation, g.has_values, g.old_value, g.new_value, g.gap_code, g.gap, @learned_by, @now
from unnest(@connections::text[], @objects::text[], @records::text[], @fields::text[], @times::timestamptz[], @kinds::text[], @editors::text[],
            @creations::boolean[], @kept::boolean[], @olds::text[], @news::text[], @codes::text[], @gaps::text[])
    as g(connection, object, record_id, field, edited_at, edited_by, editor_id, is_creation, has_values, old_value, new_value, gap_code, gap)
order by connection, object, record_id, field, edited_at
on conflict (connection, object, record_id, field, edited_at) do update
set edited_by = excluded.edited_by, gap_code = excluded.gap_code, gap = excluded.gap
where sync.field_edit.edited_by = 'unknown' and excluded.edited_by <> 'unknown';
