-- Later, and this attempt does not count. The fencing number stays grown.
update sync.job j
set state = 'available', run_at = @run_at, attempt = j.attempt - 1, locked_by = null, locked_until = null,
    unique_key = case
        when exists (
            select 1 from sync.job t
            where t.kind = j.kind and t.unique_key = j.unique_key and t.state = 'available' and t.id <> j.id)
        then null else j.unique_key end
where j.id = @id and j.fence = @fence and j.state = 'running';
