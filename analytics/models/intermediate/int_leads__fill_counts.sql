-- grain: one row per connection, week of creation, lead source, GBU, region and key field
-- key: connection, created_week_key, lead_source, gbu, region, field
-- inputs: stg_crm_records
-- why: Counts once per combination, so that every breakdown of the fill rate adds up small numbers instead of reading all Leads again.
with leads as (
    select * from stg_crm_records where object = 'Lead' and is_live
),

counted as (
    select
        connection,
        created_week,
        lead_source,
        gbu,
        region,
        count(*) as eligible,
        count(*) filter (where has_email) as email,
        count(*) filter (where has_linkedin) as linkedin,
        count(*) filter (where has_domain) as domain,
        count(*) filter (where has_industry) as industry,
        count(*) filter (where has_owner) as owner
    from leads
    group by all
),

fields as (
    unpivot counted on email, linkedin, domain, industry, owner into name field value filled
),

final as (
    select
        connection,
        created_week,
        coalesce(cast(created_week as varchar), '(unknown)') as created_week_key,
        lead_source,
        gbu,
        region,
        field,
        filled,
        eligible
    from fields
)

select * from final
