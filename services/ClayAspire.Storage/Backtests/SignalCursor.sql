-- Narrow rows, a record's signals together; their payloads are fetched batch by batch. Signals without a record come last.
declare backtest_signal no scroll cursor for
select s.id, o.state, o.connection, o.object, o.record_id
from sync.signal s
join sync.signal_outcome o on o.signal_id = s.id
where s.received_at >= @from and s.received_at <= @to and s.kind = any (@kinds)
order by o.state <> 'resolved', o.connection, o.object, o.record_id, s.id;
