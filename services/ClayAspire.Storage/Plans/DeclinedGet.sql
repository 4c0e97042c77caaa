select ordinal from sync.declined_cell where plan_id = @plan_id;
