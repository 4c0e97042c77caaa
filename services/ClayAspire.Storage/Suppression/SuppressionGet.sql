select email_key, reason, since, source from sync.suppression where email_key = any (@keys) order by email_key, since, reason;
