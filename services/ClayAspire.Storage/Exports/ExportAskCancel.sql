update sync.campaign_export set cancel_asked_by = coalesce(cancel_asked_by, @by) where id = @id and state in ('preparing', 'sending', 'stopped');
