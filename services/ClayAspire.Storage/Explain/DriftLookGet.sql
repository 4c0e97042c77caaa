select observed_at, outcome, written_value, seen_value, changed_by, gap_code, gap
from sync.drift_observation
where connection = @connection and object = @object and record_id = @record and field = @field
order by observed_at desc
limit @limit;
