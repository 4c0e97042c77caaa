-- grain: one row per recipient (e-mail key) known to the CRM
-- key: email_key
-- inputs: stg_crm_records, int_scopes__connections
-- why: Where a recipient came from: the lead source of the oldest Lead with that e-mail in a headline connection; a live Lead goes before a converted or merged one.
with leads as (
    select records.*
    from stg_crm_records as records
    inner join int_scopes__connections as scopes on scopes.connection = records.connection and scopes.scope = '(headline)'
    where records.object = 'Lead' and records.state <> 'deleted' and records.email_key is not null
),

final as (
    select
        email_key,
        lead_source
    from leads
    qualify row_number() over (partition by email_key order by is_live desc, created_at nulls last, connection, record_id) = 1
)

select * from final
