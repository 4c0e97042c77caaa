-- The daily call budget of each connection as the CRM last told it to any replica, and what replicas are about to use of it: together they
-- keep the reserve that is left for others.
create table sync.call_budget (
    connection text primary key,
    used       bigint not null check (used >= 0),
    max        bigint not null check (max > 0),
    told_at    timestamptz not null
);

create table sync.call_claim (
    id         uuid primary key,
    connection text not null,
    calls      int not null check (calls > 0),
    expires_at timestamptz not null
);
create index call_claim_connection on sync.call_claim (connection);
