select id, connection, object, field, action, signed_by, role, legal_basis, expires_on, contract_hash, terms, at, reason
from sync.contract_signature
where connection = @connection and object = @object and field = @field
order by id desc;
