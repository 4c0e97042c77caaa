update sync.person
set failed_count = case when failed_count + 1 >= @limit then 0 else failed_count + 1 end,
    locked_until = case when failed_count + 1 >= @limit then @locked_until else locked_until end
where user_name = @user_name;
