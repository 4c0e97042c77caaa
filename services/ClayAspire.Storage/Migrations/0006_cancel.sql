-- A run may be cancelled: who asked, and when. The worker looks at it between batches, never inside one.
alter table sync.run
    drop constraint run_state_check,
    add constraint run_state_check check (state in ('queued', 'running', 'paused', 'green', 'finished-with-rejections', 'failed', 'cancelled')),
    add column cancel_asked_by text,
    add column cancel_asked_at timestamptz,
    add constraint run_cancel_names_person check ((cancel_asked_by is null) = (cancel_asked_at is null));

-- How long applying a plan will take, estimated when it is sealed; 0 for plans sealed before. Measured over runs that ended.
alter table sync.plan add column apply_seconds int not null default 0 check (apply_seconds >= 0);
create index run_ended on sync.run (connection, finished_at desc) where state in ('green', 'finished-with-rejections', 'cancelled');

-- The trigger refuses changes of the ledger; so does the privilege, for an owner that is no superuser. To alter an entry, the right must
-- be granted again and the trigger disabled: two statements that no service of ours ever sends.
revoke update, delete, truncate on sync.ledger_entry from public, current_user;
