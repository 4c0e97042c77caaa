delete from sync.worker where seen_at < @before;
