-- Guards a write: until the transaction ends nobody can take the job away.
select 1 from sync.job where id = @id and fence = @fence and state = 'running' for share;
