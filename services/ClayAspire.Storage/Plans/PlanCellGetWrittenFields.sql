-- Which fields a plan writes.
select distinct object, field from sync.plan_cell where plan_id = @plan_id and verdict = 'Write';
