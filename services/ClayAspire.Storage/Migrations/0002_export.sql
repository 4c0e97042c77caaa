-- What analytics may read, and nothing else: views in schema export. Personal values leave as keys (SHA-256), never as text.
create schema export;

create function export.key_of(value text) returns text language sql immutable parallel safe as
$$ select case when value is null or value = '' then null else encode(sha256(convert_to(lower(value), 'UTF8')), 'hex') end $$;

-- grain: one row per CRM record in the mirror; key: connection, object, record_id
create view export.crm_record as
select connection, object, record_id, state,
       export.key_of(email_key)                                   as email_key,
       (fields ->> 'Email') is not null                           as has_email,
       coalesce(fields ->> 'LinkedIn_URL__c', '') <> ''           as has_linkedin,
       coalesce(fields ->> 'Website', '') <> ''                   as has_domain,
       coalesce(fields ->> 'Industry', '') <> ''                  as has_industry,
       coalesce(fields ->> 'OwnerId', '') <> ''                   as has_owner,
       export.key_of(nullif(fields ->> 'LinkedIn_URL__c', ''))    as linkedin_key,
       export.key_of(nullif(fields ->> 'Website', ''))            as domain_key,
       -- Only with all three parts: colleagues without a first name are not one person.
       case when nullif(fields ->> 'FirstName', '') is not null and nullif(fields ->> 'LastName', '') is not null and nullif(fields ->> 'Company', '') is not null
            then export.key_of(concat_ws('|', trim(fields ->> 'FirstName'), trim(fields ->> 'LastName'), trim(fields ->> 'Company'))) end as name_company_key,
       coalesce(fields ->> 'LeadSource', '(none)')                as lead_source,
       coalesce(fields ->> 'GBU__c', '(none)')                    as gbu,
       coalesce(fields ->> 'Region__c', '(none)')                 as region,
       fields ->> 'CampaignId'                                    as campaign_id,
       fields ->> 'LeadId'                                        as lead_id,
       coalesce(fields ->> 'external_hard_bounced__c', '') = 'true'   as external_hard_bounced,
       coalesce(fields ->> 'pi__pardot_hard_bounced__c', '') = 'true' as pardot_hard_bounced,
       coalesce(fields ->> 'overall_hard_bounced__c', '') = 'true'    as overall_hard_bounced,
       coalesce(fields ->> 'Has_Replied__c', '') = 'true'             as has_replied,
       fields ->> 'ReplyClassification__c'                        as reply_classification,
       created_at, read_at
from sync.crm_record;

-- grain: one row per signal; key: signal_id
create view export.signal as
select s.id as signal_id, s.source, s.kind, s.table_name, s.occurred_at, s.received_at,
       export.key_of(s.payload ->> 'lead_email')   as email_key,
       s.payload ->> 'campaign_name'               as campaign_name,
       s.payload ->> 'from_email_key'              as sender_key,
       s.payload ->> 'bounce_class'                as bounce_class,
       o.state as outcome, o.connection, o.object, o.record_id
from sync.signal s
left join sync.signal_outcome o on o.signal_id = s.id;

-- grain: one row per cell of a run; key: run_id, ordinal
create view export.run_cell as
select c.run_id, c.ordinal, r.connection, r.flow, c.object, c.record_id, c.field, c.state, c.reason_code, c.sent_at, c.verified_at
from sync.run_cell c join sync.run r on r.id = c.run_id;

-- grain: one row per plan; key: plan_id
create view export.plan as
select id as plan_id, connection, flow, policy_version, state, sealed_at, expires_at, changes, keeps, holds, refusals, api_calls, credits
from sync.plan;

-- grain: one row per run; key: run_id
create view export.run as
select id as run_id, plan_id, connection, flow, state, planned, verified, rejected, skipped, api_calls, queued_at, started_at, finished_at
from sync.run;

-- grain: one row per quarantined row; key: quarantine_id. The raw text stays here.
create view export.quarantine as
select id as quarantine_id, source, table_name, reason_code, received_at from sync.quarantine;

-- grain: one row per ledger entry; key: connection, sequence. The payload stays here.
create view export.ledger_entry as
select connection, sequence, at, kind, hash from sync.ledger_entry;
