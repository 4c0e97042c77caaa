-- Open runs whose job is dead. Both rows are locked: a replay at the same moment waits, or has won already.
select r.id, j.id, j.attempt
from sync.run r
join sync.job j on j.kind = 'apply-plan' and j.state = 'dead' and j.payload ->> 'runId' = r.id::text
where r.state in ('queued', 'running', 'paused')
order by r.id
limit @batch
for update of r, j skip locked;
