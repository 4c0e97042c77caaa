-- Which fields a plan touches, for its page: finding them among 100,000 cells would read them all.
alter table sync.plan add column fields text[] not null default '{}';
update sync.plan p set fields = f.names
from (select plan_id, array_agg(distinct object || '.' || field order by object || '.' || field) as names from sync.plan_cell group by plan_id) f
where f.plan_id = p.id;

-- The latest look at the live values of a waiting plan's changes. It changes nothing of the plan: apply reads again and skips what drifted.
create table sync.plan_drift_look (
    plan_id   uuid primary key references sync.plan (id),
    asked_by  text not null,
    looked_at timestamptz not null,
    -- Changes whose live value was read, and those of them that differ from what the plan was sealed on.
    cells     int not null,
    drifted   int not null
);
-- What the drifted cells hold now.
create table sync.plan_drift (
    plan_id     uuid not null references sync.plan_drift_look (plan_id) on delete cascade,
    ordinal     int not null,
    reason_code text not null,
    reason      text not null,
    value       text,
    primary key (plan_id, ordinal)
);
