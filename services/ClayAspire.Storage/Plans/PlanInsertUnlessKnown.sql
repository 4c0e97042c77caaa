insert into sync.plan (id, connection, flow, policy_version, author, hash, sealed_at, expires_at, state, applyable, complete, errored, remarks,
                       api_calls, credits, changes, keeps, holds, refusals, kind, undoes_run, named, overwrites, clears, flow_fingerprint, apply_seconds, fields)
values (@id, @connection, @flow, @policy_version, @author, @hash, @sealed_at, @expires_at, @state, @applyable, @complete, @errored, @remarks,
        @api_calls, @credits, @changes, @keeps, @holds, @refusals, @kind, @undoes_run, @named, @overwrites, @clears, @flow_fingerprint, @apply_seconds, @fields)
on conflict (id) do nothing;
