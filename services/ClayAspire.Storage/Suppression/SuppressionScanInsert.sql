insert into sync.suppression_scan (rules, signals, finished_at) values (@rules, @signals, @now) on conflict (rules) do nothing;
