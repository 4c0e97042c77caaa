update sync.campaign_export_row set state = 'unknown', reason_code = @code, reason = @reason where export_id = @export and state = 'sending';
