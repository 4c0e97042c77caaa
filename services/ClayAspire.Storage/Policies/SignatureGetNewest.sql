-- Of each contract and action, the newest.
select distinct on (connection, object, field, action)
       id, connection, object, field, action, signed_by, role, legal_basis, expires_on, contract_hash, terms, at, reason
from sync.contract_signature
order by connection, object, field, action, id desc;
