insert into sync.plan_drift_look (plan_id, asked_by, looked_at, cells, drifted)
values (@plan_id, @asked_by, @looked_at, @cells, @drifted)
on conflict (plan_id) do update set asked_by = @asked_by, looked_at = @looked_at, cells = @cells, drifted = @drifted;
