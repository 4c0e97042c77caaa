update sync.campaign_export
set state = case when prepared_at is null then 'preparing' else 'sending' end, remark_code = null, remark = null, finished_at = null
where id = @id and state in ('stopped', 'finished');
