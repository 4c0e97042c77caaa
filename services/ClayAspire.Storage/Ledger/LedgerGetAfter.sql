select connection, sequence, at, kind, payload, previous_hash, hash
from sync.ledger_entry
where connection = @connection and sequence > @after
order by sequence
limit @limit;
