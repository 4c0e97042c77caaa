-- What a run wrote and read back, each cell with the run of ours that wrote it last since.
select c.object, c.record_id, c.field, c.old_value, c.new_value, since.run_id
from sync.run r
join sync.run_cell c on c.run_id = r.id and c.state = 'verified'
left join lateral (
    select x.run_id
    from sync.run_cell x
    join sync.run y on y.id = x.run_id and y.connection = r.connection
    where x.object = c.object and x.record_id = c.record_id and x.field = c.field and x.state = 'verified'
      and x.run_id <> r.id and x.verified_at >= c.verified_at
    order by x.verified_at desc
    limit 1) since on true
where r.id = @run_id
order by c.ordinal;
