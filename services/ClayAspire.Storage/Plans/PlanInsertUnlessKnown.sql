insert into sync.plan (id, connection, flow, policy_version, author, hash, sealed_at, expires_at, state, applyable, complete, errored, remarks,
                       api_calls, credits, changes, keeps, holds, refusals)
values (@id, @connection, @flow, @policy_version, @author, @hash, @sealed_at, @expires_at, @state, @applyable, @complete, @errored, @remarks,
        @api_calls, @credits, @changes, @keeps, @holds, @refusals)
on conflict (id) do nothing;
