select sequence, hash from sync.ledger_entry where connection = @connection order by sequence desc limit 1;
