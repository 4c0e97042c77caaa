-- One export of a campaign's members to a Clay table, started by a person.
create table sync.campaign_export (
    id              uuid primary key,
    connection      text not null,
    campaign_id     text not null,
    campaign_name   text not null,
    -- The name of a webhook, or null for a CSV file.
    webhook         text,
    asked_by        text not null,
    asked_at        timestamptz not null,
    state           text not null check (state in ('preparing', 'sending', 'stopped', 'finished', 'cancelled')),
    members         int not null default 0,
    prepared_at     timestamptz,
    finished_at     timestamptz,
    cancel_asked_by text,
    remark_code     text,
    remark          text,
    constraint export_remark_whole check ((remark_code is null) = (remark is null))
);
create index campaign_export_newest on sync.campaign_export (asked_at desc);
-- A campaign is exported once at a time.
create unique index campaign_export_open on sync.campaign_export (connection, campaign_id) where state in ('preparing', 'sending', 'stopped');

-- One member: pending → sending → sent, rejected or unknown; or left out with a reason. 'sending' is written before the row leaves, so that
-- a row whose outcome was never written is known to be unknown, and is not sent again.
create table sync.campaign_export_row (
    export_id     uuid not null references sync.campaign_export (id),
    ordinal       int not null,
    member_id     text not null,
    person_object text,
    person_id     text,
    row_key       text not null,
    state         text not null check (state in ('excluded', 'pending', 'sending', 'sent', 'rejected', 'unknown')),
    reason_code   text,
    reason        text,
    -- What is sent; blank again when Clay has it.
    payload       jsonb,
    sent_at       timestamptz,
    primary key (export_id, ordinal),
    unique (export_id, member_id),
    constraint export_row_reason check ((reason_code is null) = (reason is null) and (state not in ('excluded', 'rejected', 'unknown') or reason is not null))
);
create index campaign_export_row_state on sync.campaign_export_row (export_id, state, ordinal);

-- What every webhook source has taken in its life. A source is known by the hash of its address.
create table sync.clay_webhook (
    source            text primary key,
    name              text not null,
    lifetime          int not null,
    submissions       bigint not null default 0,
    configured_at     timestamptz not null,
    last_submitted_at timestamptz
);
