insert into sync.campaign_export (id, connection, campaign_id, campaign_name, webhook, asked_by, asked_at, state)
values (@id, @connection, @campaign, @name, @webhook, @by, @now, 'preparing')
on conflict (connection, campaign_id) where state in ('preparing', 'sending', 'stopped') do nothing;
