update sync.candidate set state = @state where id = any (@ids);
