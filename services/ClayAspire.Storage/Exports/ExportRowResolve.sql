-- A person looked in Clay: what is there was sent, what is not goes again.
update sync.campaign_export_row
set state = case when @arrived then 'sent' else 'pending' end, reason_code = case when @arrived then 'confirmed' end, reason = case when @arrived then @reason end,
    payload = case when @arrived then null else payload end, sent_at = case when @arrived then sent_at end
where export_id = @export and state = 'unknown';
