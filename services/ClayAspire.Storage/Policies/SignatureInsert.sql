insert into sync.contract_signature (connection, object, field, action, signed_by, role, legal_basis, expires_on, contract_hash, terms, at, reason)
values (@connection, @object, @field, @action, @signed_by, @role, @legal_basis, @expires_on, @contract_hash, @terms, @at, @reason)
returning id;
