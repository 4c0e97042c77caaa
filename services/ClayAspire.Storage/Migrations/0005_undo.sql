-- A plan may take back what a run wrote. Plans sealed before are writebacks.
alter table sync.plan
    add column kind text not null default 'writeback' check (kind in ('writeback', 'undo')),
    add column undoes_run uuid references sync.run (id),
    add constraint plan_undo_names_run check ((kind = 'undo') = (undoes_run is not null));
create index plan_undoes_run on sync.plan (undoes_run) where undoes_run is not null;
-- Who of us wrote a cell last.
create index run_cell_verified on sync.run_cell (object, record_id, field) where state = 'verified';
