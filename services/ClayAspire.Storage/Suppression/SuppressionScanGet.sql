select exists (select 1 from sync.suppression_scan where rules = @rules);
