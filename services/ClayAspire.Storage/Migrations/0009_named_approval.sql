-- Changes that only an approval which names them releases: overwrites, and values of low confidence.
alter table sync.plan_cell
    add column caution text check (caution in ('overwrite', 'low-confidence', 'overwrite+low-confidence')),
    -- What the change does to the cell; the filters of the plan's page ask for it.
    add column change text generated always as (
        case when verdict <> 'Write' then null when new_value is null then 'clear' when old_value is null then 'fill' else 'overwrite' end) stored;
alter table sync.plan
    add column named int not null default 0,
    add column overwrites int not null default 0,
    add column clears int not null default 0;
-- 0 to 1, as the source states it.
alter table sync.candidate add column confidence double precision check (confidence between 0 and 1);

-- Changes that a person declined while the plan waited: never written, their candidates are settled.
create table sync.declined_cell (
    plan_id     uuid not null references sync.plan (id),
    ordinal     int not null,
    declined_by text not null,
    reason      text not null,
    at          timestamptz not null,
    primary key (plan_id, ordinal)
);
