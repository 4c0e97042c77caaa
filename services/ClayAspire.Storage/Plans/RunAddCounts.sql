-- Moves add up while a run goes on; RunRecount.sql counts its cells at the end.
update sync.run
set verified = verified + @verified, rejected = rejected + @rejected, skipped = skipped + @skipped, api_calls = api_calls + @api_calls
where id = @id;
