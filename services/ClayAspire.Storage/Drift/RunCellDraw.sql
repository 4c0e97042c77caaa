-- Cells that runs verified in the window, that may be read, and that no run of ours wrote again since. The order is as good as random, and
-- the same for the same seed.
with eligible as (
    select c.run_id, c.ordinal, c.object, c.record_id, c.field, c.new_value, coalesce(c.sent_at, c.verified_at) as sent_at, c.verified_at
    from sync.run_cell c
    join sync.run r on r.id = c.run_id and r.connection = @connection
    where c.state = 'verified' and c.verified_at >= @from and c.verified_at <= @to
      and (c.object, c.field) in (select w.object, w.field from unnest(@objects::text[], @fields::text[]) as w(object, field))
      and not exists (
        select 1 from sync.run_cell x
        join sync.run y on y.id = x.run_id and y.connection = r.connection
        where x.object = c.object and x.record_id = c.record_id and x.field = c.field and x.state = 'verified' and x.run_id <> c.run_id
          and (x.verified_at, x.run_id) > (c.verified_at, c.run_id))
      -- What a run is about to write again would look like a change by us.
      and not exists (
        select 1 from sync.run_cell o
        join sync.run y on y.id = o.run_id and y.connection = r.connection and y.state in ('queued', 'running', 'paused')
        where o.object = c.object and o.record_id = c.record_id and o.field = c.field and o.state in ('planned', 'intent', 'acknowledged'))
)
select run_id, ordinal, object, record_id, field, new_value, sent_at, verified_at, count(*) over ()
from eligible
order by md5(concat_ws(':', @seed, run_id, ordinal)), run_id, ordinal
limit @limit;
