-- Edits that the CRM's field history told us of: who changed a cell, by kind and user id, never by name.
create table sync.field_edit (
    connection  text not null,
    object      text not null,
    record_id   text not null,
    field       text not null,
    edited_at   timestamptz not null,
    edited_by   text not null check (edited_by in ('human', 'integration', 'automation', 'us', 'unknown')),
    editor_id   text not null,
    is_creation boolean not null,
    has_values  boolean not null,
    old_value   text,
    new_value   text,
    gap_code    text,
    gap         text,
    learned_by  text not null check (learned_by in ('plan', 'apply', 'mirror', 'drift')),
    learned_at  timestamptz not null,
    primary key (connection, object, record_id, field, edited_at)
);

-- One sampling of the drift watch: which cells could have been drawn, and how many were.
create table sync.drift_sample (
    id           uuid primary key,
    connection   text not null,
    asked_by     text not null,
    asked        int not null,
    seed         bigint not null,
    written_from timestamptz not null,
    written_to   timestamptz not null,
    eligible     bigint not null,
    cells        int not null,
    changed      int not null,
    api_calls    int not null,
    sampled_at   timestamptz not null
);
create index drift_sample_latest on sync.drift_sample (connection, sampled_at desc);

-- What became of one value that a run had verified.
create table sync.drift_observation (
    sample_id     uuid not null references sync.drift_sample (id),
    run_id        uuid not null references sync.run (id),
    ordinal       int not null,
    connection    text not null,
    object        text not null,
    record_id     text not null,
    field         text not null,
    written_value text,
    verified_at   timestamptz not null,
    observed_at   timestamptz not null,
    outcome       text not null check (outcome in ('kept', 'changed', 'gone', 'not-visible')),
    seen_value    text,
    changed_by    text check (changed_by in ('human', 'integration', 'automation', 'us', 'unknown')),
    changed_at    timestamptz,
    editor_id     text,
    gap_code      text,
    gap           text,
    primary key (sample_id, run_id, ordinal),
    constraint drift_changed_by_whom check ((outcome = 'changed') = (changed_by is not null))
);
create index drift_observation_write on sync.drift_observation (run_id, ordinal, observed_at desc);
create index drift_observation_cell on sync.drift_observation (connection, object, record_id, field, observed_at desc);

-- Of each value written, the latest look: a value that is looked at again counts once.
create view sync.drift_latest as
select distinct on (run_id, ordinal) *
from sync.drift_observation
order by run_id, ordinal, observed_at desc, sample_id desc;

-- What was verified in a window, for the drift watch.
create index run_cell_verified_at on sync.run_cell (verified_at) where state = 'verified';
