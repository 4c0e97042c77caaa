select ordinal, payload::text from sync.campaign_export_row where export_id = @export and state = 'pending' order by ordinal limit @limit;
