using System.Collections.Immutable;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Rules;

/// <summary>A duplicate rule: records whose fields are all equal are held for the same.</summary>
/// <param name="Object">The object whose new and changed records it looks at.</param>
/// <param name="Name">Its name.</param>
/// <param name="Fields">The fields that are compared, without regard to letter case; a blank one matches nothing.</param>
/// <param name="Action"><c>alert</c> (the caller may save all the same) or <c>block</c>.</param>
/// <param name="Against">The objects that are searched; null: its own.</param>
internal sealed record DuplicateRule(string Object, string Name, IReadOnlyList<string> Fields, string Action = "alert", IReadOnlyList<string>? Against = null)
{
    public bool Blocks => Action == "block";
}

/// <summary>What a rule found.</summary>
internal sealed record DuplicateResult(DuplicateRule Rule, IReadOnlyList<Record> Matches)
{
    public const string Message = "Use one of these records?";

    /// <summary>Writes it as single-record answers hold it.</summary>
    public void Write(Utf8JsonWriter json, string dataPath)
    {
        json.WriteStartObject("duplicateResult");
        json.WriteBoolean("allowSave", !Rule.Blocks);
        json.WriteString("duplicateRule", Rule.Name);
        json.WriteString("duplicateRuleEntityType", Rule.Object);
        json.WriteString("errorMessage", Message);
        json.WriteStartArray("matchResults");
        foreach (var group in Matches.GroupBy(m => m.Type.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("entityType", group.Key);
            json.WriteStartArray("errors");
            json.WriteEndArray();
            json.WriteString("matchEngine", "ExactMatchEngine");
            json.WriteStartArray("matchRecords");
            foreach (var match in group)
                WriteMatch(json, match, dataPath);
            json.WriteEndArray();
            json.WriteString("rule", Rule.Name + "_Match");
            json.WriteNumber("size", group.Count());
            json.WriteBoolean("success", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMatch(Utf8JsonWriter json, Record match, string dataPath)
    {
        json.WriteStartObject();
        json.WriteStartArray("additionalInformation");
        json.WriteEndArray();
        json.WriteStartArray("fieldDiffs");
        json.WriteEndArray();
        json.WritePropertyName("matchConfidence");
        json.WriteRawValue("100.0");
        json.WriteStartObject("record");
        Soql.OutputTree.WriteAttributes(json, match, dataPath);
        json.WriteString("Id", match.Id);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>The duplicate rules of an org; none until an administrator sets some.</summary>
internal sealed class DuplicateRules(SalesforceOrg org)
{
    private ImmutableArray<DuplicateRule> rules = [];

    public IEnumerable<DuplicateRule> All => rules;

    /// <summary>Replaces the rules.</summary>
    /// <exception cref="InvalidDataException">One of them names what is not there.</exception>
    public void Set(IEnumerable<DuplicateRule> wanted)
    {
        ImmutableArray<DuplicateRule> checkedRules = [.. wanted];
        foreach (var rule in checkedRules)
        {
            if (rule.Action is not ("alert" or "block") || rule.Fields.Count == 0)
                throw new InvalidDataException($"{rule.Name}: action must be alert or block, and fields must name at least one field.");
            foreach (var name in (rule.Against ?? []).Append(rule.Object))
            {
                var type = org.Schema.Find(name) ?? throw new InvalidDataException($"{rule.Name}: there is no object '{name}'.");
                if (rule.Fields.FirstOrDefault(f => type.Find(f) is not { Computed: false }) is { } unknown)
                    throw new InvalidDataException($"{rule.Name}: {name} has no field '{unknown}' that can be compared.");
            }
        }

        rules = checkedRules;
    }

    /// <summary>
    /// Why the record may not be stored; null when it is like no other, or only alerts are against it and the caller saves duplicates. A change
    /// is looked at only when it touches a compared field.
    /// </summary>
    public RowError? Refusal(WriteOptions options, Record? before, Record after)
    {
        foreach (var rule in rules.Where(r => r.Object.Equals(after.Type.Name, StringComparison.OrdinalIgnoreCase)))
        {
            if ((options.SaveDuplicates && !rule.Blocks) || (before is not null && rule.Fields.All(f => Equals(before[f], after[f]))))
                continue;
            var matches = Matches(rule, before, after);
            if (matches.Count > 0)
                return new RowError("DUPLICATES_DETECTED", DuplicateResult.Message) { Duplicates = new DuplicateResult(rule, matches) };
        }

        return null;
    }

    private List<Record> Matches(DuplicateRule rule, Record? before, Record after)
    {
        if (rule.Fields.Any(f => after[f] is null))
            return [];
        return [.. (rule.Against ?? [rule.Object]).SelectMany(name => Candidates(org.Store.Table(name), rule, after))
            .Where(r => !r.IsDeleted && r.Id != before?.Id && !(r.Type.Find("IsConverted") is { } converted && r[converted] is true)
                && rule.Fields.All(f => Same(r[f], after[f])))];
    }

    private static IEnumerable<Record> Candidates(ObjectTable table, DuplicateRule rule, Record after)
    {
        var indexed = rule.Fields.Select(table.Type.Field).FirstOrDefault(table.HasIndex);
        return indexed is not null && after[indexed.Name] is string key ? table.Lookup(indexed, key) : table.Records;
    }

    private static bool Same(object? a, object? b) => Soql.ValueOrder.Compare(a, b) == 0;
}
