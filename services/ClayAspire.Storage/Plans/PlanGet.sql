select id, connection, flow, policy_version, author, hash, sealed_at, expires_at, state, applyable, complete, errored, remarks,
       api_calls, credits, changes, keeps, holds, refusals, kind, undoes_run, named, overwrites, clears, apply_seconds, fields, flow_fingerprint
from sync.plan where id = @id;
