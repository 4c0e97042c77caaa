insert into sync.flow_switch (flow, paused, changed_by, changed_at)
values (@flow, @paused, @by, @now)
on conflict (flow) do update set paused = excluded.paused, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
