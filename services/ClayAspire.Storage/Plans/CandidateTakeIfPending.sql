-- Exactly the candidates that the plan was decided on; one that arrived since stays pending for the next plan.
update sync.candidate c
set state = case g.verdict when 'Write' then 'planned' when 'Hold' then 'held' else 'settled' end,
    plan_id = @plan_id,
    policy_version = case g.verdict when 'Hold' then @policy_version end
from unnest(@signals::bigint[], @objects::text[], @records::text[], @fields::text[], @verdicts::text[])
    as g(signal_id, object, record_id, field, verdict)
where c.signal_id = g.signal_id and c.connection = @connection and c.object = g.object and c.record_id = g.record_id and c.field = g.field
  and c.flow = @flow and c.state = 'pending';
