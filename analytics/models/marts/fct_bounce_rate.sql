-- grain: one row per scope, breakdown, member and week ('(all)' = all weeks)
-- key: scope, dimension, member, week
-- inputs: int_emails__sends
-- why: Bounce rate = distinct hard-bounced recipients ÷ distinct recipients e-mailed. E-mails belong to no CRM connection, so the scope is always the headline.
with emails as (
    select *, cast(sent_week as varchar) as week_key from int_emails__sends
),

grouped as (
    select
        '(headline)' as scope,
        case
            when grouping(lead_source) = 0 then 'lead_source'
            when grouping(sender) = 0 then 'sender'
            when grouping(campaign) = 0 then 'campaign'
            else 'overall'
        end as dimension,
        coalesce(lead_source, sender, campaign, '(all)') as member,
        coalesce(week_key, '(all)') as week,
        count(distinct email_key) filter (where is_bounced) as numerator,
        count(distinct email_key) as denominator
    from emails
    group by grouping sets ((), (week_key), (lead_source), (lead_source, week_key), (sender), (campaign))
),

final as (
    select *, numerator / denominator as value, cast(null as double) as p90 from grouped where denominator > 0
)

select * from final
