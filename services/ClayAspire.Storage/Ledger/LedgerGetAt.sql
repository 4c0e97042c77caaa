select hash from sync.ledger_entry where connection = @connection and sequence = @sequence;
