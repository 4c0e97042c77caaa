-- grain: one row per e-mail sent, plus one per hard bounce or reply whose send is not known
-- key: signal_id
-- inputs: stg_signals, int_recipients__lead_source
-- why: A bounce or reply belongs to the last send before it, in the same campaign if there is one; without a known send it proves that one happened, so no ratio can pass 1.
with sends as (
    select signal_id, email_key, campaign_name, sender_key, occurred_at
    from stg_signals
    where kind = 'smartlead.sent' and email_key is not null
),

outcomes as (
    select signal_id, email_key, campaign_name, sender_key, occurred_at, kind = 'smartlead.bounce' as is_bounce
    from stg_signals
    where email_key is not null and (kind = 'smartlead.reply' or (kind = 'smartlead.bounce' and bounce_class = 'hard'))
),

attributed as (
    select
        outcomes.signal_id,
        outcomes.is_bounce,
        arg_max(
            sends.signal_id,
            row(coalesce(sends.campaign_name = outcomes.campaign_name, false), sends.occurred_at, sends.signal_id)
        ) as send_id
    from outcomes
    inner join sends on sends.email_key = outcomes.email_key and sends.occurred_at <= outcomes.occurred_at
    group by outcomes.signal_id, outcomes.is_bounce
),

results as (
    select send_id as signal_id, bool_or(is_bounce) as is_bounced, bool_or(not is_bounce) as is_replied
    from attributed
    group by send_id
),

known as (
    select
        sends.*,
        coalesce(results.is_bounced, false) as is_bounced,
        coalesce(results.is_replied, false) as is_replied
    from sends
    left join results using (signal_id)
),

unknown as (
    select signal_id, email_key, campaign_name, sender_key, occurred_at, is_bounce as is_bounced, not is_bounce as is_replied
    from outcomes
    where signal_id not in (select signal_id from attributed)
),

emails as (
    select * from known
    union all
    select * from unknown
),

final as (
    select
        emails.signal_id,
        emails.email_key,
        coalesce(emails.campaign_name, '(unknown)') as campaign,
        coalesce(left(emails.sender_key, 12), '(unknown)') as sender,
        coalesce(recipients.lead_source, '(not in CRM)') as lead_source,
        cast(date_trunc('week', emails.occurred_at) as date) as sent_week,
        emails.occurred_at as sent_at,
        emails.is_bounced,
        emails.is_replied
    from emails
    left join int_recipients__lead_source as recipients using (email_key)
)

select * from final
