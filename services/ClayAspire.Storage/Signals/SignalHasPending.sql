select exists (select 1 from sync.signal_outcome where state = 'pending');
