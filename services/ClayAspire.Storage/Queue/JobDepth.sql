select s.state, count(j.id)
from unnest(array['available', 'running', 'dead']) as s(state)
left join sync.job j on j.state = s.state and j.state in ('available', 'running', 'dead')
group by s.state;
