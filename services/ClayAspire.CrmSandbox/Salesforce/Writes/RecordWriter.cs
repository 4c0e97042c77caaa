using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>Creates, updates and deletes rows as one user within one transaction, with the platform's checks in the platform's words.</summary>
internal sealed class RecordWriter(SalesforceOrg org, SandboxUser user, StoreTransaction transaction, WriteOptions options)
{
    private readonly List<(ObjectDefinition Type, string Id, List<(FieldDefinition, object?, bool)> Values, bool Committed)> received = [];
    private readonly int start = transaction.Savepoint;
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);

    private RecordStore Store => org.Store;

    /// <summary>A writer for the rows of one API call.</summary>
    public static RecordWriter For(ApiCall call, StoreTransaction transaction) => new(call.Org, call.User, transaction, WriteOptions.Of(call));

    public RowResult Create(ObjectDefinition type, JsonElement row)
    {
        if (row.TryGetProperty("Id", out var given) && given.ValueKind != JsonValueKind.Null)
            return Failed(new RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id"));
        if (!user.Rights.CanCreate(type))
            return Failed(new RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", $"entity type cannot be inserted: {type.Label}"));
        var (values, error) = RowValues.Read(type, row, user.Rights, creating: true, options.TypeErrorsAreRows);
        if (error is not null)
            return Failed(error);
        var record = new Record(type, new object?[type.Fields.Count]);
        foreach (var (field, value) in values)
            record.Values[field.Ordinal] = Stored(field, value);
        Defaults(record, values);
        if ((error = Refusal(null, record)) is not null)
            return Failed(error);
        Insert(record);
        received.Add((type, record.Id, [.. values.Select(v => (v.Field, v.Value, false))], true));
        return new RowResult(record.Id, true, null);
    }

    public RowResult Update(ObjectDefinition type, string? givenId, JsonElement row)
    {
        if (SalesforceId.Normalize(givenId) is not { } id)
            return Failed(new RowError("MALFORMED_ID", $"malformed id {givenId}", "Id"));
        var current = Store.Table(type).Find(id);
        if (current is null || !user.Rights.CanSee(Store, current))
            return Failed(new RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"), id);
        var (values, error) = RowValues.Read(type, row, user.Rights, creating: false, options.TypeErrorsAreRows);
        var sent = values.Select(v => (v.Field, v.Value, Equals(current[v.Field], v.Value))).ToList();
        if (!touched.Add(id))
            error = new RowError("DUPLICATE_VALUE", "Duplicate id in list", "Id");
        else if (current.IsDeleted)
            error = new RowError("ENTITY_IS_DELETED", "entity is deleted");
        else if (!user.Rights.CanEdit(type))
            error = new RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
        else if (error is null && IsClosed(current))
            error = new RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
        if (error is null)
        {
            var record = current.Copy();
            foreach (var (field, value) in values)
                record.Values[field.Ordinal] = Stored(field, value);
            error = Refusal(current, record);
            if (error is null)
                Replace(current, record);
        }

        received.Add((type, id, sent, error is null));
        return error is null ? new RowResult(id, false, null) : Failed(error, id);
    }

    /// <summary>Records whose key field has this value.</summary>
    public IReadOnlyList<Record> Matching(ObjectDefinition type, FieldDefinition key, string keyValue) =>
        [.. Store.Table(type).Lookup(key, keyValue.Trim()).Where(r => !r.IsDeleted)];

    /// <summary>Creates or updates by a key field. More than one match writes nothing and lists the matches.</summary>
    public RowResult Upsert(ObjectDefinition type, FieldDefinition key, string? keyValue, JsonElement row, bool updateOnly)
    {
        if (string.IsNullOrWhiteSpace(keyValue))
            return Failed(new RowError("MISSING_ARGUMENT", $"{key.Name} not specified", key.Name));
        var matches = Matching(type, key, keyValue);
        if (matches.Count > 1)
        {
            IReadOnlyList<string> ids = [.. matches.Select(m => m.Id)];
            var error = new RowError("DUPLICATE_EXTERNAL_ID", $"{key.Name}: more than one record found for external id field: [{string.Join(", ", ids)}]", key.Name);
            return new RowResult(null, null, error, ids);
        }

        if (matches.Count == 1)
            return Update(type, matches[0].Id, Without(row, key));
        return updateOnly ? Failed(new RowError("NOT_FOUND", "The requested resource does not exist")) : Create(type, With(row, key, keyValue.Trim()));
    }

    public RowResult Delete(string? givenId)
    {
        if (SalesforceId.Normalize(givenId) is not { } id || org.Schema.FindByPrefix(id) is not { } type)
            return Failed(new RowError("MALFORMED_ID", $"malformed id {givenId}", "Id"));
        if (Store.Table(type).Find(id) is not { } current || !user.Rights.CanSee(Store, current))
            return Failed(new RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"), id);
        if (current.IsDeleted)
            return Failed(new RowError("ENTITY_IS_DELETED", "entity is deleted"), id);
        if (!user.Rights.CanDelete(type))
            return Failed(new RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"), id);
        if (Locked(current) is { } locked)
            return Failed(locked, id);
        Remove(current);
        foreach (var member in Members(current).Where(m => !m.IsDeleted).ToList())
            Remove(member);
        received.Add((type, id, [(type.IsDeleted, true, false)], true));
        return new RowResult(id, null, null);
    }

    /// <summary>Takes a record out of the recycle bin, with the memberships that went there with it. A merged record stays.</summary>
    public RowResult Undelete(string? givenId)
    {
        if (SalesforceId.Normalize(givenId) is not { } id || org.Schema.FindByPrefix(id) is not { } type)
            return Failed(new RowError("MALFORMED_ID", $"malformed id {givenId}", "Id"));
        if (Store.Table(type).Find(id) is not { IsDeleted: true } current || (type.Find("MasterRecordId") is { } master && current[master] is not null))
            return Failed(new RowError("UNDELETE_FAILED", "Entity is not in the recycle bin"), id);
        var together = current[type.SystemModstamp!];
        Mark(current, deleted: false);
        foreach (var member in Members(current).Where(m => m.IsDeleted && Equals(m[m.Type.SystemModstamp!], together)).ToList())
            Mark(member, deleted: false);
        received.Add((type, id, [(type.IsDeleted, false, false)], true));
        return new RowResult(id, null, null);
    }

    /// <summary>Hands what was sent to the audit. <paramref name="rolledBack"/>: nothing of it stayed.</summary>
    public void Report(bool rolledBack) => transaction.AtEnd(start, rolledBack, takenBack =>
    {
        foreach (var (type, id, values, committed) in received)
            org.Writes.Add(type, id, user.ClientId, transaction.Stamp, values, committed && !takenBack);
    });

    /// <summary>Puts in a record that passed the checks, or that the platform itself makes; gives it its id and stamps.</summary>
    public void Insert(Record record)
    {
        record.Values[record.Type.Id.Ordinal] = Store.NextId(Store.Table(record.Type));
        Stamp(record, creating: true);
        transaction.Put(record);
        HistoryWriter.Add(org, transaction, user.Id, null, record);
        if (record.Type.Name == "Campaign")
        {
            foreach (var status in MemberStatuses.Of(org, record))
                Insert(status);
        }
    }

    /// <summary>Puts a changed version of a record in the place of the one before.</summary>
    public void Replace(Record before, Record after)
    {
        Derive(after);
        Stamp(after, creating: false);
        transaction.Put(after);
        HistoryWriter.Add(org, transaction, user.Id, before, after);
    }

    /// <summary>Puts a record into the recycle bin.</summary>
    public void Remove(Record current) => Mark(current, deleted: true);

    /// <summary>Gives a new record what the caller left blank.</summary>
    public void Defaults(Record record, IReadOnlyList<(FieldDefinition Field, object? Value)> given)
    {
        foreach (var field in record.Type.Fields)
        {
            if (field.Computed || record[field] is not null || given.Any(g => g.Field == field && g.Value is not null))
                continue;
            record.Values[field.Ordinal] = field switch
            {
                { Name: "OwnerId" } => user.Id,
                { Type: FieldType.Boolean } => field.Default == "true",
                // A campaign's own default comes with its other statuses.
                { Name: "Status" } when record.Type.Name == "CampaignMember" => null,
                { Default: { } text } => text,
                _ => null,
            };
        }

        if (options.AutoAssign && record.Type.Name == "Lead" && org.Assignment.OwnerId is { } owner)
            record.Values[record.Type.Field("OwnerId").Ordinal] = owner;
    }

    private static RowResult Failed(RowError error, string? id = null) => RowResult.Failed(error, id);

    private RowError? Refusal(Record? before, Record after)
    {
        if (after.Type.Name == "CampaignMember" && MemberStatuses.Apply(org, after) is { } unknown)
            return unknown;
        Derive(after);
        return RecordChecks.Check(org, user, options, before, after) ?? Locked(after);
    }

    private RowError? Locked(Record record)
    {
        if (org.Faults.TakeLockedRow(user.ClientId))
            return new RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record");
        return org.Parents.Take(record, user.ClientId, options) is { } held
            ? new RowError("UNABLE_TO_LOCK_ROW", $"unable to obtain exclusive access to this record or 1 records: {held}")
            : null;
    }

    private bool IsClosed(Record record) =>
        record.Type.Find("IsConverted") is { } converted && record[converted] is true && !user.Rights.Has("AllowViewEditConvertedLeads");

    private IEnumerable<Record> Members(Record record) => record.Type.Name is "Lead" or "Contact" or "Campaign"
        ? Store.Table("CampaignMember").Lookup($"{record.Type.Name}Id", record.Id)
        : [];

    private static JsonElement Without(JsonElement row, FieldDefinition key) => JsonSerializer.SerializeToElement(
        row.EnumerateObject().Where(p => !p.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)).ToDictionary(p => p.Name, p => p.Value));

    private static JsonElement With(JsonElement row, FieldDefinition key, string value)
    {
        var fields = row.EnumerateObject().Where(p => !p.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)).ToDictionary(p => p.Name, p => p.Value);
        fields[key.Name] = JsonSerializer.SerializeToElement(value);
        return JsonSerializer.SerializeToElement(fields);
    }

    private static object? Stored(FieldDefinition field, object? value) =>
        field.Type == FieldType.Reference ? SalesforceId.Normalize((string?)value) : value;

    // The day of the first response is kept when the status says so for the first time.
    private void Derive(Record record)
    {
        if (record.Type.Name == "CampaignMember" && record["FirstRespondedDate"] is null && Store.Value(record, record.Type.Field("HasResponded")) is true)
            record.Values[record.Type.Field("FirstRespondedDate").Ordinal] = DateOnly.FromDateTime(transaction.Stamp.UtcDateTime);
    }

    private void Mark(Record current, bool deleted)
    {
        var record = current.Copy();
        record.Values[record.Type.IsDeleted.Ordinal] = deleted;
        Stamp(record, creating: false);
        transaction.Put(record);
    }

    private void Stamp(Record record, bool creating)
    {
        var type = record.Type;
        if (creating)
        {
            record.Values[type.CreatedDate.Ordinal] = transaction.Stamp;
            record.Values[type.CreatedById.Ordinal] = user.Id;
            record.Values[type.IsDeleted.Ordinal] = false;
        }

        record.Values[type.LastModifiedDate!.Ordinal] = transaction.Stamp;
        record.Values[type.LastModifiedById!.Ordinal] = user.Id;
        record.Values[type.SystemModstamp!.Ordinal] = transaction.Stamp;
    }
}
