-- Formulas that did not equal what they are made of (seed 1, runbook 3). At most one is open for a cell.
create table sync.discrepancy (
    id            uuid primary key,
    connection    text not null,
    object        text not null,
    record_id     text not null,
    field         text not null,
    found         boolean not null,
    expected      boolean not null,
    -- [{"field": …, "value": true, false or null when it cannot be seen}], in the order of checks.
    sources       jsonb not null,
    cause_code    text not null,
    cause         text not null,
    opened_at     timestamptz not null,
    seen_at       timestamptz not null,
    closed_at     timestamptz,
    closed_how    text check (closed_how in ('healed', 'accepted')),
    closed_by     text,
    closed_reason text,
    constraint discrepancy_closed_how check ((closed_at is null) = (closed_how is null)),
    constraint discrepancy_accepted_by check ((closed_how is not distinct from 'accepted') = (closed_by is not null and closed_reason is not null))
);
create unique index discrepancy_open on sync.discrepancy (connection, object, record_id, field) where closed_at is null;
create index discrepancy_cell on sync.discrepancy (connection, object, record_id, field, opened_at desc);

-- One comparison of a connection's formulas.
create table sync.formula_check (
    id         uuid primary key,
    connection text not null,
    asked_by   text not null,
    -- Live records of the mirror, those that were read again, discrepancies opened and healed by it, and open after it.
    mirrored   bigint not null,
    looked     int not null,
    opened     int not null,
    healed     int not null,
    still_open int not null,
    api_calls  int not null,
    checked_at timestamptz not null
);
create index formula_check_latest on sync.formula_check (connection, checked_at desc);
