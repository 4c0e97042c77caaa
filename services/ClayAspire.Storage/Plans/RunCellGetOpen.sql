select ordinal, state from sync.run_cell where run_id = @id and state in ('planned', 'intent', 'acknowledged') order by ordinal;
