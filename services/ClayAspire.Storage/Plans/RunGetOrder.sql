-- A paused flow writes nothing new; what it wrote may be taken back.
select r.cancel_asked_at is not null, coalesce(s.paused, false) and p.kind <> 'undo'
from sync.run r
join sync.plan p on p.id = r.plan_id
left join sync.flow_switch s on s.flow = r.flow
where r.id = @id;
