update sync.plan set state = @state where id = @id and state = 'sealed';
