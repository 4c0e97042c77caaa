-- Addresses that are left alone, each as a key: SHA-256 of the address in lower case, the same that export.key_of makes. The text is not kept.
-- Sticky: no service of ours takes an entry away, and a later signal only ever moves 'since' back.
create table sync.suppression (
    email_key text not null check (email_key ~ '^[0-9a-f]{64}$'),
    reason    text not null,
    since     timestamptz not null,
    source    text not null,
    signal_id bigint not null references sync.signal (id),
    listed_at timestamptz not null,
    primary key (email_key, reason)
);

-- Which rules have been applied to the signals that were stored before them, as a hash over the rules.
create table sync.suppression_scan (
    rules       text primary key,
    signals     bigint not null,
    finished_at timestamptz not null
);
