insert into sync.permission_finding (audit_id, ordinal, area, subject, standing, expected, found, granted_by, text)
select @audit, g.ordinal, g.area, g.subject, g.standing, g.expected, g.found, g.granted_by, g.text
from unnest(@ordinals::int[], @areas::text[], @subjects::text[], @standings::text[], @expected::text[], @found::text[], @granted::text[], @texts::text[])
    as g(ordinal, area, subject, standing, expected, found, granted_by, text);
