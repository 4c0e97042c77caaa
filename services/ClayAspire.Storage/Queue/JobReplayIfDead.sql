-- A fresh id puts the job behind what its order key has by now, so that nothing already running is overtaken. Its errors stay with it.
with dead as (
    delete from sync.job where id = @id and state = 'dead' returning *
)
insert into sync.job (kind, payload, order_key, unique_key, priority, run_at, max_attempts, errors, fence, created_at)
select d.kind, d.payload, d.order_key,
       case when exists (select 1 from sync.job t where t.kind = d.kind and t.unique_key = d.unique_key and t.state = 'available') then null else d.unique_key end,
       d.priority, @now, d.max_attempts, d.errors, d.fence, d.created_at
from dead d
returning id, kind;
