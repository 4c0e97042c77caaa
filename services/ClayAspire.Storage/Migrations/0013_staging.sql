-- Which rules a plan was decided by, as one hash over its flow and the contracts that the flow carries: a green run on the staging connection
-- speaks for plans of the same hash. Plans sealed before say nothing.
alter table sync.plan add column flow_fingerprint text;
create index plan_fingerprint on sync.plan (flow, connection, flow_fingerprint) where flow_fingerprint is not null;
