insert into sync.ledger_entry (connection, sequence, at, kind, payload, previous_hash, hash)
select @connection, sequence, at, kind, payload, previous_hash, hash
from unnest(@sequences::bigint[], @ats::timestamptz[], @kinds::text[], @payloads::text[], @previous::text[], @hashes::text[])
    as g(sequence, at, kind, payload, previous_hash, hash);
