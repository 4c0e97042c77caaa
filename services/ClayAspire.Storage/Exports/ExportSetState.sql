update sync.campaign_export
set state = @state, remark_code = @code, remark = @remark, finished_at = case when @state in ('finished', 'cancelled') then @now end
where id = @id and state in ('preparing', 'sending', 'stopped');
