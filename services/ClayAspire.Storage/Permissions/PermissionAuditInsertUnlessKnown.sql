insert into sync.permission_audit (id, connection, asked_by, read_at, policy_version, verdict, rights, too_much, missing, unknown, user_id, user_name, profile, role, api_calls, fault_code, fault)
values (@id, @connection, @asked_by, @read_at, @policy, @verdict, @rights, @too_much, @missing, @unknown, @user_id, @user_name, @profile, @role, @api_calls, @fault_code, @fault)
on conflict (id) do nothing;
