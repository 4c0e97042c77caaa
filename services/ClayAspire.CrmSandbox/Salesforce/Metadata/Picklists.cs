using System.Collections.Concurrent;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>
/// Picklists of an org: as the schema says, until an administrator takes a value away, adds one, or restricts a list. A record type leaves some
/// of the values. The record types and the lead statuses are records too.
/// </summary>
internal sealed class Picklists(SalesforceOrg org)
{
    private const string RecordTypePrefix = "012";
    private readonly ConcurrentDictionary<FieldDefinition, Picklist> changed = new();

    /// <summary>Id of the record type that every record without one has.</summary>
    public const string MasterRecordType = "012000000000000AAA";

    /// <summary>Whether the platform refuses values that are not in the list.</summary>
    public bool IsRestricted(FieldDefinition field) => Of(field).Restricted;

    /// <summary>The values in order, and whether each can still be chosen.</summary>
    public IReadOnlyList<(string Value, bool Active)> Values(FieldDefinition field) => Of(field).Values;

    /// <summary>Whether a record of this record type (null: the master) may get the value. Letter case does not matter.</summary>
    public bool Allows(ObjectDefinition type, FieldDefinition field, string value, string? recordTypeId)
    {
        if (!Of(field).Values.Any(v => v.Active && v.Value.Equals(value, StringComparison.OrdinalIgnoreCase)))
            return false;
        var left = type.RecordTypes.Where((_, i) => IdOf(type, i) == recordTypeId).Select(r => r.Values.GetValueOrDefault(field.Name)).FirstOrDefault();
        return left is null || left.Contains(value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The id of an object's <paramref name="index"/>-th record type.</summary>
    public string IdOf(ObjectDefinition type, int index) => org.IdOf(RecordTypePrefix, ObjectNumber(type) * 100 + index + 1);

    /// <summary>Takes a value away or brings it (back), and restricts the list or frees it; null leaves that as it is.</summary>
    /// <exception cref="InvalidDataException">The field is no picklist, or nothing is asked for.</exception>
    public void Set(FieldDefinition field, string? value, bool? active, bool? restricted)
    {
        if (field.Type != FieldType.Picklist || field.Computed)
            throw new InvalidDataException($"{field.Name} is no picklist.");
        if ((value is null) != (active is null) || (value is null && restricted is null))
            throw new InvalidDataException("Send \"value\" with \"active\", or \"restricted\", or all three.");
        changed.AddOrUpdate(field, _ => Of(field).With(value, active, restricted), (_, now) => now.With(value, active, restricted));
        org.MetadataHasChanged();
    }

    /// <summary>Back to what the schema says.</summary>
    public void Reset()
    {
        changed.Clear();
        Describe();
    }

    private Picklist Of(FieldDefinition field) =>
        changed.TryGetValue(field, out var now) ? now : new Picklist([.. field.Values.Select(v => (v, true))], field.Restricted);

    private int ObjectNumber(ObjectDefinition type) => org.Schema.Objects.Select((t, i) => (t, i)).First(p => p.t == type).i;

    // What queries read; no data of the org, so the journal does not keep it.
    private void Describe()
    {
        var (recordType, status) = (org.Schema.Get("RecordType"), org.Schema.Get("LeadStatus"));
        var types = org.Schema.Objects.SelectMany(o => o.RecordTypes.Select((r, i) => Definitions.Record(org, recordType, IdOf(o, i),
            ("Name", r.Name), ("DeveloperName", r.DeveloperName), ("SobjectType", o.Name), ("IsActive", true))));
        var field = org.Schema.Get("Lead").Field("Status");
        var statuses = field.Values.Select((v, i) => Definitions.Record(org, status, org.IdOf(status.KeyPrefix, i + 1),
            ("MasterLabel", v), ("ApiName", v), ("IsConverted", LeadStatuses.IsConverted(v)), ("IsDefault", v == field.Default), ("SortOrder", (decimal)(i + 1))));
        org.Store.Define(types.Concat(statuses).ToList());
    }

    private sealed record Picklist(IReadOnlyList<(string Value, bool Active)> Values, bool Restricted)
    {
        public Picklist With(string? value, bool? active, bool? restricted)
        {
            var values = value is null ? Values
                : Values.Any(v => v.Value == value) ? [.. Values.Select(v => v.Value == value ? (v.Value, active!.Value) : v)]
                : [.. Values, (value, active!.Value)];
            return new Picklist(values, restricted ?? Restricted);
        }
    }
}

/// <summary>Which lead statuses say that the lead was converted.</summary>
internal static class LeadStatuses
{
    private const string Converted = "Closed - Converted";

    public static bool IsConverted(string? status) => string.Equals(status, Converted, StringComparison.OrdinalIgnoreCase);
}
