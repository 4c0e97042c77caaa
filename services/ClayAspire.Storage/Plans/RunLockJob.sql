-- The unfinished job that applies a run, locked before the run, as a worker does.
select id, state from sync.job
where kind = 'apply-plan' and state in ('available', 'running', 'dead') and payload ->> 'runId' = @run_id
order by id desc
limit 1
for update;
