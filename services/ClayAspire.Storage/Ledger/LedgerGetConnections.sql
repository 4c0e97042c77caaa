select distinct connection from sync.ledger_entry order by connection;
