-- One writer a connection until commit, so that the chain has no fork.
select pg_advisory_xact_lock(hashtextextended('clayaspire.ledger:' || @connection, 0));
