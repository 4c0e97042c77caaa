-- One that is open is seen again. What a person accepted stays closed as long as nothing of it changed.
with seen as (
    update sync.discrepancy d
    set seen_at = @now, found = @found, expected = @expected, sources = @sources, cause_code = @cause_code, cause = @cause
    where d.connection = @connection and d.object = @object and d.record_id = @record and d.field = @field and d.closed_at is null
    returning d.id
), last as (
    select d.closed_how, d.found, d.expected, d.sources
    from sync.discrepancy d
    where d.connection = @connection and d.object = @object and d.record_id = @record and d.field = @field
    order by d.opened_at desc
    limit 1
)
insert into sync.discrepancy (id, connection, object, record_id, field, found, expected, sources, cause_code, cause, opened_at, seen_at)
select @id, @connection, @object, @record, @field, @found, @expected, @sources, @cause_code, @cause, @now, @now
where not exists (select 1 from seen)
  and not exists (select 1 from last l where l.closed_how = 'accepted' and l.found = @found and l.expected = @expected and l.sources = @sources)
returning id;
