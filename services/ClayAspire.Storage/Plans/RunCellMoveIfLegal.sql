-- Legal moves only; an ended cell never moves again. The ordinals stand twice, so that the cells are found by their key even
-- before the table has statistics: a run of 100,000 cells is moved 200 at a time.
update sync.run_cell c
set state = g.state, reason_code = g.reason_code, reason = g.reason, batch = coalesce(g.batch, c.batch), fence = @fence,
    sent_at = case when g.state = 'intent' then @now when g.state = 'planned' then null else c.sent_at end,
    verified_at = case when g.state = 'verified' then @now end
from unnest(@ordinals::int[], @states::text[], @codes::text[], @reasons::text[], @batches::int[]) as g(ordinal, state, reason_code, reason, batch)
where c.run_id = @run_id and c.ordinal = any (@ordinals) and c.ordinal = g.ordinal
  and (c.state, g.state) in (
    ('planned', 'intent'), ('planned', 'rejected'), ('planned', 'skipped'),
    ('intent', 'acknowledged'), ('intent', 'planned'), ('intent', 'verified'), ('intent', 'rejected'), ('intent', 'skipped'),
    ('acknowledged', 'planned'), ('acknowledged', 'verified'), ('acknowledged', 'rejected'), ('acknowledged', 'skipped'));
