-- The life of field contracts: what people set their name to. The policy's files state a status; a signature is a fact here and in the ledger.
create table sync.contract_signature (
    id            bigint generated always as identity primary key,
    connection    text not null,
    object        text not null,
    field         text not null,
    action        text not null check (action in ('sent-to-legal', 'signed', 'suspended', 'resumed')),
    signed_by     text not null,
    role          text not null,
    legal_basis   text,
    expires_on    date,
    contract_hash text not null,
    terms         text[] not null,
    at            timestamptz not null,
    reason        text,
    constraint signature_has_basis check (action <> 'signed' or btrim(coalesce(legal_basis, '')) <> ''),
    constraint suspension_has_reason check (action <> 'suspended' or btrim(coalesce(reason, '')) <> ''),
    constraint only_signatures_expire check (expires_on is null or action = 'signed')
);
create index contract_signature_newest on sync.contract_signature (connection, object, field, action, id desc);

create function sync.refuse_signature_change() returns trigger language plpgsql as $$
begin
    raise exception 'Signatures are append-only: % is refused.', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger signatures_are_append_only before update or delete on sync.contract_signature
    for each row execute function sync.refuse_signature_change();
create trigger signatures_are_not_truncated before truncate on sync.contract_signature
    for each statement execute function sync.refuse_signature_change();

-- Every contract ever in force, as it was first seen. One that was once Draft or Pending Legal does not become Active by a file edit,
-- so that fact is never taken back and no row is removed.
create table sync.contract_known (
    connection     text not null,
    object         text not null,
    field          text not null,
    first_status   text not null,
    was_unfinished boolean not null,
    first_seen_at  timestamptz not null,
    primary key (connection, object, field)
);
create function sync.refuse_contract_forgotten() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or (old.was_unfinished and not new.was_unfinished) then
        raise exception 'A contract once known is not forgotten: % is refused.', tg_op using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger contracts_are_not_forgotten before update or delete on sync.contract_known
    for each row execute function sync.refuse_contract_forgotten();
create trigger contracts_are_not_truncated before truncate on sync.contract_known
    for each statement execute function sync.refuse_contract_forgotten();

-- A database from before this table knows its Pending Legal contracts by the cells that were held for them.
insert into sync.contract_known (connection, object, field, first_status, was_unfinished, first_seen_at)
select p.connection, c.object, c.field, 'PendingLegal', true, min(p.sealed_at)
from sync.plan_cell c
join sync.plan p on p.id = c.plan_id
where c.reason_code = 'pending-legal'
group by p.connection, c.object, c.field;

-- What waits for a contract, by field.
create index candidate_held_field on sync.candidate (connection, object, field, record_id) where state = 'held';
