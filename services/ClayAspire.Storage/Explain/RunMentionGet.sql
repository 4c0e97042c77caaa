select r.id, r.plan_id, c.state, c.old_value, c.new_value, c.reason_code, c.reason, r.queued_at, c.sent_at, c.verified_at, r.finished_at
from sync.run_cell c
join sync.run r on r.id = c.run_id
where c.object = @object and c.record_id = @record and c.field = @field and r.connection = @connection
order by r.queued_at desc, r.id desc
limit @limit;
