-- At the end the counts are those of the cells, whatever was added up before.
update sync.run r
set verified = n.verified, rejected = n.rejected, skipped = n.skipped
from (
    select count(*) filter (where state = 'verified') as verified,
           count(*) filter (where state = 'rejected') as rejected,
           count(*) filter (where state = 'skipped') as skipped
    from sync.run_cell where run_id = @id) n
where r.id = @id;
