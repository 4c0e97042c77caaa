select connection, object, field from sync.contract_known where was_unfinished;
