select edited_at, edited_by, editor_id, is_creation, has_values, old_value, new_value, gap_code, gap
from sync.field_edit
where connection = @connection and object = @object and record_id = @record and field = @field
order by edited_at desc
limit @limit;
