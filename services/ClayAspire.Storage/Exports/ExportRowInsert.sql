insert into sync.campaign_export_row (export_id, ordinal, member_id, person_object, person_id, row_key, state, reason_code, reason, payload)
select @export, g.ordinal, g.member_id, g.person_object, g.person_id, g.row_key, g.state, g.code, g.reason, g.payload::jsonb
from unnest(@ordinals::int[], @members::text[], @objects::text[], @people::text[], @keys::text[], @states::text[], @codes::text[], @reasons::text[], @payloads::text[])
    as g(ordinal, member_id, person_object, person_id, row_key, state, code, reason, payload);
