-- Who is left alone. An address is known by its key alone: SHA-256 of the address in lower case, the same that export.key_of makes; its text is
-- not kept. A domain stands in plain text. One entry stands for each subject and reason; what was taken off stays, with who did and why.
create table sync.suppression (
    id         bigint generated always as identity primary key,
    kind       text not null check (kind in ('address', 'domain')),
    match      text not null,
    reason     text not null,
    since      timestamptz not null,
    source     text not null,
    signal_id  bigint references sync.signal (id),
    added_by   text,
    note       text,
    listed_at  timestamptz not null,
    removed_at timestamptz,
    removed_by text,
    removed_why text,
    constraint address_is_a_key check (kind <> 'address' or match ~ '^[0-9a-f]{64}$'),
    constraint domain_is_no_address check (kind <> 'domain' or (match like '%.%' and match not like '%@%')),
    constraint told_by_signal_or_person check ((signal_id is null) = (added_by is not null)),
    constraint removal_has_reason check ((removed_at is null) = (removed_by is null) and (removed_at is null or btrim(coalesce(removed_why, '')) <> ''))
);
create unique index suppression_standing on sync.suppression (match, reason) where removed_at is null;
create index suppression_of_match on sync.suppression (match, reason, removed_at);
create index suppression_newest on sync.suppression (listed_at desc, id desc);

create function sync.refuse_suppression_forgotten() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.removed_at is not null then
        raise exception 'Entries of the suppression list are never deleted, and none that was taken off is changed: % is refused.', tg_op using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger suppressions_are_not_forgotten before update or delete on sync.suppression
    for each row execute function sync.refuse_suppression_forgotten();
create trigger suppressions_are_not_truncated before truncate on sync.suppression
    for each statement execute function sync.refuse_suppression_forgotten();

-- Which rules have been applied to the signals that were stored before them, as a hash over the rules.
create table sync.suppression_scan (
    rules       text primary key,
    signals     bigint not null,
    finished_at timestamptz not null
);
