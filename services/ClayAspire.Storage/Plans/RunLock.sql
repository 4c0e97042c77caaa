select id, plan_id, connection, flow, state, worker, planned, verified, rejected, skipped, api_calls, queued_at, started_at, finished_at, remark,
       stopped_by_job, cancel_asked_by, cancel_asked_at
from sync.run where id = @id for update;
