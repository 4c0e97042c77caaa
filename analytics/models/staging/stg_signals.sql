-- grain: one row per signal
-- key: signal_id
-- inputs: snapshot.signal
-- why: The one place that reads signals: times in UTC.
with signals as (
    select * from snapshot.signal
),

final as (
    select
        signal_id,
        source,
        kind,
        email_key,
        campaign_name,
        sender_key,
        bounce_class,
        occurred_at at time zone 'UTC' as occurred_at
    from signals
)

select * from final
