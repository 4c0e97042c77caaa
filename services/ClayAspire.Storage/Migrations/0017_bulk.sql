-- Bulk jobs of runs. A job's id stands here, and on the cells that it carries, before the job is started: whoever takes the run up after a
-- crash looks the job up by it, and sends nothing a second time.
create table sync.bulk_job (
    id          bigint generated always as identity primary key,
    run_id      uuid not null references sync.run (id),
    object      text not null,
    crm_job_id  text not null,
    records     int not null check (records > 0),
    prepared_at timestamptz not null,
    settled_at  timestamptz,
    outcome     text check (outcome in ('complete', 'failed', 'aborted', 'gone')),
    constraint bulk_job_settled_with_outcome check ((settled_at is null) = (outcome is null))
);
create index bulk_job_open on sync.bulk_job (run_id) where settled_at is null;

-- The last bulk job that carried the cell; null when it went by calls.
alter table sync.run_cell add column bulk_job bigint references sync.bulk_job (id);
create index run_cell_bulk on sync.run_cell (bulk_job) where bulk_job is not null;
