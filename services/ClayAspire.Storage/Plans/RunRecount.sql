-- Counts are always those of the cells, never added up beside them.
update sync.run r
set verified = n.verified, rejected = n.rejected, skipped = n.skipped, api_calls = r.api_calls + @api_calls
from (
    select count(*) filter (where state = 'verified') as verified,
           count(*) filter (where state = 'rejected') as rejected,
           count(*) filter (where state = 'skipped') as skipped
    from sync.run_cell where run_id = @id) n
where r.id = @id;
