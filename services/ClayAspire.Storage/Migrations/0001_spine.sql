-- The spine: signals, candidates, CRM records, plans, runs, ledger, queue, people.
-- Every statement runs in the one transaction of the migration.

create schema sync;

create table sync.import_job (
    id               uuid primary key,
    source           text not null,
    table_name       text not null,
    file_name        text not null,
    format           text not null check (format in ('csv', 'ndjson', 'json')),
    state            text not null check (state in ('receiving', 'completed', 'failed')),
    bytes_expected   bigint,
    bytes_read       bigint not null default 0,
    rows_read        bigint not null default 0,
    rows_accepted    bigint not null default 0,
    rows_duplicate   bigint not null default 0,
    rows_quarantined bigint not null default 0,
    error            text,
    created_by       text not null,
    created_at       timestamptz not null,
    finished_at      timestamptz
);

-- One fact received, immutable. The idempotency key makes duplicate deliveries harmless.
create table sync.signal (
    id              bigint generated always as identity primary key,
    source          text not null,
    kind            text not null,
    table_name      text not null,
    idempotency_key text not null,
    payload         jsonb not null,
    occurred_at     timestamptz not null,
    received_at     timestamptz not null,
    import_job_id   uuid references sync.import_job (id),
    line            bigint,
    constraint signal_idempotency unique (source, idempotency_key)
);
create index signal_kind_occurred on sync.signal (kind, occurred_at);

-- What became of a signal; apart from the signal, which never changes.
create table sync.signal_outcome (
    signal_id   bigint primary key references sync.signal (id),
    state       text not null check (state in ('pending', 'resolved', 'ambiguous', 'unmatched', 'ignored')),
    reason      text,
    connection  text,
    object      text,
    record_id   text,
    updated_at  timestamptz not null
);
create index signal_outcome_pending on sync.signal_outcome (signal_id) where state = 'pending';

-- Rows that could not be read at all: line, reason, the raw text. The rest of the file goes on.
create table sync.quarantine (
    id            bigint generated always as identity primary key,
    source        text not null,
    table_name    text not null,
    import_job_id uuid references sync.import_job (id),
    line          bigint,
    reason_code   text not null,
    reason        text not null,
    raw           text not null,
    received_at   timestamptz not null
);

-- The mirror: last values read of each CRM record.
create table sync.crm_record (
    connection   text not null,
    object       text not null,
    record_id    text not null,
    email_key    text,
    external_key text,
    version      text not null,
    state        text not null default 'live' check (state in ('live', 'converted', 'merged', 'deleted')),
    successor_id text,
    fields       jsonb not null,
    created_at   timestamptz,
    read_at      timestamptz not null,
    primary key (connection, object, record_id)
);
create index crm_record_email on sync.crm_record (connection, object, email_key) where email_key is not null;
create index crm_record_external on sync.crm_record (connection, object, external_key) where external_key is not null;

create table sync.mirror_cursor (
    connection  text not null,
    object      text not null,
    read_until  timestamptz,
    last_full_at timestamptz,
    updated_at  timestamptz not null,
    primary key (connection, object)
);

create table sync.plan (
    id             uuid primary key,
    connection     text not null,
    flow           text not null,
    policy_version text not null,
    author         text not null,
    hash           text not null,
    sealed_at      timestamptz not null,
    expires_at     timestamptz not null,
    state          text not null check (state in ('sealed', 'approved', 'refused', 'expired', 'empty')),
    applyable      boolean not null,
    complete       boolean not null,
    errored        boolean not null,
    remarks        text[] not null default '{}',
    api_calls      int not null,
    credits        numeric not null,
    changes        int not null,
    keeps          int not null,
    holds          int not null,
    refusals       int not null
);
create index plan_open on sync.plan (connection, flow) where state = 'sealed';

create table sync.plan_cell (
    plan_id        uuid not null references sync.plan (id),
    ordinal        int not null,
    object         text not null,
    record_id      text not null,
    field          text not null,
    verdict        text not null check (verdict in ('Write', 'Keep', 'Hold', 'Refuse')),
    old_value      text,
    new_value      text,
    reason_code    text not null,
    reason         text not null,
    rule_id        text not null,
    source         text,
    winner_signal  bigint,
    evidence       jsonb not null,
    record_version text not null,
    waits_for      text,
    primary key (plan_id, ordinal)
);
create index plan_cell_record on sync.plan_cell (object, record_id, field);

-- A value that a signal offers. pending → planned → settled; held waits for a policy change.
create table sync.candidate (
    id             bigint generated always as identity primary key,
    signal_id      bigint not null references sync.signal (id),
    flow           text not null,
    connection     text not null,
    object         text not null,
    record_id      text not null,
    field          text not null,
    value          text not null,
    source         text not null,
    occurred_at    timestamptz not null,
    state          text not null default 'pending' check (state in ('pending', 'planned', 'settled', 'held')),
    plan_id        uuid references sync.plan (id),
    policy_version text,
    constraint candidate_once unique (signal_id, connection, object, record_id, field)
);
create index candidate_pending on sync.candidate (connection, flow, id) where state = 'pending';
create index candidate_cell on sync.candidate (connection, object, record_id, field);

create table sync.approval (
    id         uuid primary key,
    plan_id    uuid not null references sync.plan (id),
    hash       text not null,
    approver   text not null,
    roles      text[] not null,
    verdict    text not null check (verdict in ('approved', 'refused')),
    ordinals   int[],
    reason     text,
    at         timestamptz not null
);
create index approval_plan on sync.approval (plan_id);

create table sync.run (
    id          uuid primary key,
    plan_id     uuid not null unique references sync.plan (id),
    connection  text not null,
    flow        text not null,
    state       text not null check (state in ('queued', 'running', 'paused', 'green', 'finished-with-rejections', 'failed')),
    worker      text,
    planned     int not null,
    verified    int not null default 0,
    rejected    int not null default 0,
    skipped     int not null default 0,
    api_calls   int not null default 0,
    queued_at   timestamptz not null,
    started_at  timestamptz,
    finished_at timestamptz,
    remark      text
);

-- planned → intent → acknowledged → verified, or rejected / skipped with a reason.
-- intent without an outcome is "unknown": it is probed by reading, never written again blindly.
create table sync.run_cell (
    run_id      uuid not null references sync.run (id),
    ordinal     int not null,
    object      text not null,
    record_id   text not null,
    field       text not null,
    old_value   text,
    new_value   text,
    state       text not null default 'planned' check (state in ('planned', 'intent', 'acknowledged', 'verified', 'rejected', 'skipped')),
    reason_code text,
    reason      text,
    batch       int,
    fence       bigint,
    sent_at     timestamptz,
    verified_at timestamptz,
    primary key (run_id, ordinal)
);
create index run_cell_open on sync.run_cell (run_id, ordinal) where state in ('planned', 'intent', 'acknowledged');
create index run_cell_record on sync.run_cell (object, record_id, field);

-- Append-only. The trigger is the database's own word; the hash chain proves it afterwards.
create table sync.ledger_entry (
    connection    text not null,
    sequence      bigint not null,
    at            timestamptz not null,
    kind          text not null,
    payload       text not null,
    previous_hash text not null,
    hash          text not null,
    primary key (connection, sequence)
);

create function sync.refuse_ledger_change() returns trigger language plpgsql as $$
begin
    raise exception 'The ledger is append-only: % is refused.', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger ledger_is_append_only before update or delete on sync.ledger_entry
    for each row execute function sync.refuse_ledger_change();
create trigger ledger_is_not_truncated before truncate on sync.ledger_entry
    for each statement execute function sync.refuse_ledger_change();

-- The queue (DESIGN section 8).
create table sync.job (
    id           bigint generated always as identity primary key,
    kind         text not null,
    payload      jsonb not null,
    order_key    text,
    unique_key   text,
    priority     smallint not null default 0,
    state        text not null default 'available' check (state in ('available', 'running', 'completed', 'dead')),
    run_at       timestamptz not null,
    attempt      int not null default 0,
    max_attempts int not null default 12,
    fence        bigint not null default 0,
    locked_by    text,
    locked_until timestamptz,
    errors       jsonb not null default '[]',
    created_at   timestamptz not null,
    finished_at  timestamptz
);
-- At most one waiting job per unique key: later requests are covered by the one that waits.
create unique index job_unique_waiting on sync.job (kind, unique_key) where state = 'available' and unique_key is not null;
create index job_claim on sync.job (priority desc, run_at, id) where state = 'available';
create index job_order on sync.job (order_key, id) where order_key is not null and state in ('available', 'running');
create index job_lease on sync.job (locked_until) where state = 'running';
create index job_finished on sync.job (finished_at) where state in ('completed', 'dead');

create table sync.worker (
    id         text primary key,
    host       text not null,
    process_id int not null,
    started_at timestamptz not null,
    seen_at    timestamptz not null
);

create table sync.person (
    user_name     text primary key,
    display_name  text not null,
    password_hash text not null,
    roles         text[] not null,
    failed_count  int not null default 0,
    locked_until  timestamptz,
    created_at    timestamptz not null
);

-- Keys of callers (Clay, Smartlead, the command line): only a hash is kept.
create table sync.api_key (
    id          uuid primary key,
    name        text not null,
    key_hash    text not null unique,
    scopes      text[] not null,
    acts_as     text references sync.person (user_name),
    created_at  timestamptz not null,
    revoked_at  timestamptz
);

-- Flow switches from the console; a paused flow makes and applies no plans.
create table sync.flow_switch (
    flow       text primary key,
    paused     boolean not null,
    changed_by text not null,
    changed_at timestamptz not null
);
