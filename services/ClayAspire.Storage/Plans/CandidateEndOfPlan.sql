update sync.candidate
set state = @state, plan_id = case when @state = 'pending' then null else plan_id end
where plan_id = @plan_id and state = 'planned';
