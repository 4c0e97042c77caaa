-- Paths that the first two versions left to a scan of the whole table.
create index candidate_plan on sync.candidate (plan_id) where state = 'planned';
create index candidate_held on sync.candidate (policy_version) where state = 'held';
create index quarantine_import on sync.quarantine (import_job_id, line) where import_job_id is not null;
create index plan_sealed on sync.plan (sealed_at desc, id);
create index run_queued on sync.run (queued_at desc, id);
create index signal_import on sync.signal (import_job_id) where import_job_id is not null;
