insert into sync.drift_sample (id, connection, asked_by, asked, seed, written_from, written_to, eligible, cells, changed, api_calls, sampled_at)
values (@id, @connection, @asked_by, @asked, @seed, @from, @to, @eligible, @cells, @changed, @api_calls, @now)
on conflict (id) do nothing;
