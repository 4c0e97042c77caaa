-- grain: one row per live Lead or Contact and exact key that it carries
-- key: connection, object, record_id, key_kind
-- inputs: stg_crm_records
-- why: The keys that make two records the same person without any guess; a blank key joins nothing.
with records as (
    select * from stg_crm_records where is_live and object in ('Lead', 'Contact')
),

final as (
    select connection, object, record_id, 'email' as key_kind, email_key as key_value from records where email_key is not null
    union all
    select connection, object, record_id, 'linkedin' as key_kind, linkedin_key as key_value from records where linkedin_key is not null
    union all
    select connection, object, record_id, 'name_company' as key_kind, name_company_key as key_value from records where name_company_key is not null
)

select * from final
