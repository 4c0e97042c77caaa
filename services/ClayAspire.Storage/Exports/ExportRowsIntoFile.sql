update sync.campaign_export_row set state = 'sent', sent_at = @now where export_id = @export and state = 'pending';
