-- Both rise with whatever may change a contract's standing, and never fall.
select coalesce((select max(id) from sync.contract_signature), 0), (select count(*) from sync.contract_known where was_unfinished);
