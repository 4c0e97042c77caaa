update sync.campaign_export set state = 'sending', members = @members, campaign_name = @name, prepared_at = @now where id = @id and state = 'preparing';
