-- What the mirror has of the record, and what the list says of its address.
select r.fields::text, s.reason, s.since, s.source
from sync.crm_record r
left join sync.suppression s on s.email_key = export.key_of(r.email_key)
where r.connection = @connection and r.object = @object and r.record_id = @record
order by s.since, s.reason;
