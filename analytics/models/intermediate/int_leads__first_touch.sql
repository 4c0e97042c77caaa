-- grain: one row per Lead that was synced
-- key: connection, record_id
-- inputs: stg_crm_records, stg_run_cells, stg_signals
-- why: Seconds from the first successful sync (first verified cell; for source Clay the creation, which was the sync) to the first outbound e-mail; null when not touched, or touched before the sync.
with leads as (
    select * from stg_crm_records where object = 'Lead' and state <> 'deleted'
),

verified as (
    select connection, record_id, min(verified_at) as verified_at
    from stg_run_cells
    where object = 'Lead' and state = 'verified' and verified_at is not null
    group by all
),

touched as (
    select email_key, min(occurred_at) as touched_at
    from stg_signals
    where kind = 'smartlead.sent' and email_key is not null
    group by all
),

synced as (
    select
        leads.connection,
        leads.record_id,
        leads.email_key,
        leads.lead_source,
        leads.gbu,
        leads.region,
        least(verified.verified_at, case when leads.lead_source = 'Clay' then leads.created_at end) as synced_at
    from leads
    left join verified using (connection, record_id)
),

final as (
    select
        synced.connection,
        synced.record_id,
        synced.lead_source,
        synced.gbu,
        synced.region,
        synced.synced_at,
        cast(date_trunc('week', synced.synced_at) as date) as synced_week,
        case when touched.touched_at > synced.synced_at then epoch(touched.touched_at) - epoch(synced.synced_at) end as touch_seconds
    from synced
    left join touched using (email_key)
    where synced.synced_at is not null
)

select * from final
