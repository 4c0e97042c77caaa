select state, reason_code, count(*) from sync.campaign_export_row where export_id = @export group by state, reason_code order by state, reason_code;
