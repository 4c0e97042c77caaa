-- A run whose job gave up: which job, so that its replay takes the run up again.
alter table sync.run add column stopped_by_job bigint;
create index run_stopped on sync.run (stopped_by_job) where stopped_by_job is not null;
create index run_open on sync.run (id) where state in ('queued', 'running', 'paused');
create index job_dead on sync.job (finished_at desc, id desc) where state = 'dead';

-- What an unmatched signal waits for: its keys, such as email:a@b.example. A record that the mirror reads with one of them brings it back.
alter table sync.signal_outcome add column awaited_keys text[];
create index signal_outcome_awaited on sync.signal_outcome using gin (awaited_keys) where state = 'unmatched';

-- Which process receives a file, and its last sign of life: an import whose process is gone must not stay 'receiving' for ever.
alter table sync.import_job add column owner text;
alter table sync.import_job add column heartbeat_at timestamptz;
create index import_receiving on sync.import_job (id) where state = 'receiving';
