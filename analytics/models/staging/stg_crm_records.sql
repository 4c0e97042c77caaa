-- grain: one row per CRM record of the mirror
-- key: connection, object, record_id
-- inputs: snapshot.crm_record
-- why: The one place that reads the mirror: times in UTC, the week of creation as its Monday, business words for states.
with records as (
    select * from snapshot.crm_record
),

final as (
    select
        connection,
        object,
        record_id,
        state,
        state = 'live' as is_live,
        email_key,
        linkedin_key,
        name_company_key,
        has_email,
        has_linkedin,
        has_domain,
        has_industry,
        has_owner,
        lead_source,
        gbu,
        region,
        created_at at time zone 'UTC' as created_at,
        cast(date_trunc('week', created_at at time zone 'UTC') as date) as created_week
    from records
)

select * from final
