-- grain: one row per scope and connection that counts into it
-- key: scope, connection
-- inputs: stg_crm_records, settings.headline_excluded
-- why: A figure is asked for one connection or for the headline; a sandbox must not move the headline.
with connections as (
    select distinct connection from stg_crm_records
),

excluded as (
    select connection from settings.headline_excluded
),

final as (
    select connection as scope, connection from connections
    union all
    select '(headline)' as scope, connection from connections
    where connection not in (select connection from excluded)
)

select * from final
