-- What an integration user may do, read at one moment and set against what is expected.
create table sync.permission_audit (
    id             uuid primary key,
    connection     text not null,
    asked_by       text not null,
    read_at        timestamptz not null,
    policy_version text not null,
    verdict        text not null check (verdict in ('right', 'too-much', 'missing', 'too-much-and-missing', 'unknown')),
    rights         int not null,
    too_much       int not null,
    missing        int not null,
    unknown        int not null,
    user_id        text,
    user_name      text,
    profile        text,
    role           text,
    api_calls      int not null,
    fault_code     text,
    fault          text,
    -- Without a user nothing was read, and the fault says why.
    constraint permission_audit_read_or_fault check ((user_id is null) = (fault_code is not null) and (fault_code is null) = (fault is null))
);
create index permission_audit_latest on sync.permission_audit (connection, read_at desc);

-- One thing that was looked at.
create table sync.permission_finding (
    audit_id   uuid not null references sync.permission_audit (id),
    ordinal    int not null,
    area       text not null check (area in ('profile', 'permission-set', 'role', 'system', 'custom', 'object', 'field', 'gbu')),
    subject    text not null,
    standing   text not null check (standing in ('right', 'too-much', 'missing', 'unknown')),
    expected   text not null,
    found      text not null,
    granted_by text not null,
    text       text not null,
    primary key (audit_id, ordinal)
);
