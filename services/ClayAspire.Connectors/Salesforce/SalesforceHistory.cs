using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// The last edit of fields, from <c>LeadHistory</c>, <c>ContactHistory</c> and their like. Objects without history (CampaignMember) and fields
/// that are not tracked answer that nobody can tell. History reaches back 18 months, by API 24; an edit before that counts as none.
/// </summary>
internal sealed class SalesforceHistory(string connection, SalesforceQuery query, SalesforceBulkQuery bulk, SalesforceEditors editors, TimeProvider clock)
{
    /// <summary>As many as one update takes, and as one address has room for.</summary>
    public const int BatchSize = 200;

    /// <summary>Records above which a bulk query, of about five calls, is cheaper than one call for each <see cref="BatchSize"/>.</summary>
    private const int BulkAbove = 5 * BatchSize;

    /// <summary>What the history calls the making of a record.</summary>
    private const string Created = "created";

    /// <summary>Longer texts are logged without their values.</summary>
    private const int LongestValue = 255;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Parts of compound fields are tracked by their compound, which has the check mark in Setup.</summary>
    private static readonly (string Suffix, string Compound)[] Compounds =
        [("FirstName", "Name"), ("LastName", "Name"), ("MiddleName", "Name"), ("Salutation", "Name"), ("Street", "Address"), ("City", "Address"), ("State", "Address"), ("PostalCode", "Address"), ("Country", "Address")];

    private readonly ConcurrentDictionary<string, (IReadOnlySet<string>? Fields, DateTimeOffset Until)> _tracked = new(StringComparer.Ordinal);

    /// <summary>The last edit of each field of each record.</summary>
    public async Task<IReadOnlyDictionary<CellKey, LastEdit>> LastEditsAsync(
        ObjectDescription description, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, EditorRules rules, CancellationToken cancellationToken)
    {
        CellKey Cell(string id, string field) => new(new RecordKey(connection, description.Name, id), field);
        var edits = new Dictionary<CellKey, LastEdit>(ids.Count * fields.Count);
        var tracked = new List<string>(fields.Count);
        foreach (var field in fields.Distinct(StringComparer.Ordinal))
        {
            var known = await WithoutHistoryAsync(description, field, cancellationToken);
            if (known is null)
                tracked.Add(field);
            foreach (var id in ids)
                edits[Cell(id, field)] = known is null ? LastEdit.None : known(Cell(id, field));
        }
        if (tracked.Count == 0)
            return edits;

        IReadOnlyDictionary<CellKey, Row> rows;
        try
        {
            rows = await LatestAsync(description, ids, tracked, cancellationToken);
        }
        catch (CrmException e) when (SalesforceErrorTable.IsHidden(e))
        {
            foreach (var cell in edits.Keys.Where(c => tracked.Contains(c.Field)).ToArray())
                edits[cell] = LastEdit.Unavailable(EditReasons.NotVisible(description.Name));
            return edits;
        }
        var authors = await editors.FindAsync([.. rows.Values.Select(r => r.EditorId).Distinct(StringComparer.Ordinal)], cancellationToken);
        foreach (var (cell, row) in rows)
        {
            var verdict = authors.TryGetValue(row.EditorId, out var editor)
                ? rules.Classify(editor)
                : new EditorVerdict(EditorKind.Unknown, EditReasons.EditorNotVisible(connection, row.EditorId));
            edits[cell] = row.IsCreation ? LastEdit.Creation(verdict, row.EditorId, row.At) : LastEdit.Made(verdict, row.EditorId, row.At, row.Old, row.New);
        }
        return edits;
    }

    /// <summary>What is answered for a field that has no history to ask; null when it has one.</summary>
    private async Task<Func<CellKey, LastEdit>?> WithoutHistoryAsync(ObjectDescription description, string field, CancellationToken cancellationToken)
    {
        if (!description.Fields.TryGetValue(field, out var described))
            return cell => LastEdit.Unavailable(Reasons.NotVisible(cell));
        if (described.IsFormula)
            return _ => LastEdit.Computed;
        if (description.History is null)
            return _ => LastEdit.Unavailable(EditReasons.NotKept(description.Name));
        if (await TrackedAsync(description.Name, cancellationToken) is not { } tracked)
            return _ => LastEdit.Unavailable(EditReasons.NotVisible(description.Name));
        return IsTracked(tracked, field) ? null : cell => LastEdit.Unavailable(EditReasons.NotTracked(cell));
    }

    private static bool IsTracked(IReadOnlySet<string> tracked, string field)
    {
        if (tracked.Contains(field))
            return true;
        foreach (var (suffix, compound) in Compounds)
            if (field.EndsWith(suffix, StringComparison.Ordinal) && tracked.Contains(field[..^suffix.Length] + compound))
                return true;
        return false;
    }

    /// <summary>The tracked fields of an object; null when the integration user may not see which they are.</summary>
    private async Task<IReadOnlySet<string>?> TrackedAsync(string @object, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_tracked.TryGetValue(@object, out var known) && known.Until > now)
            return known.Fields;
        HashSet<string>? fields = new(StringComparer.Ordinal);
        try
        {
            await foreach (var row in query.RowsAsync("query", $"SELECT QualifiedApiName,IsFieldHistoryTracked FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = {Soql.Quote(@object)}", cancellationToken))
                if (SalesforceJson.Text(row, "QualifiedApiName") is { } name && row.TryGetProperty("IsFieldHistoryTracked", out var tracked) && tracked.ValueKind == JsonValueKind.True)
                    fields.Add(name);
        }
        catch (CrmException e) when (SalesforceErrorTable.IsHidden(e))
        {
            // Without these definitions a field without edits looks like one that is not tracked.
            fields = null;
        }
        _tracked[@object] = (fields, now + Life);
        return fields;
    }

    /// <summary>The latest row of each cell that has one; the record's creation where the field was not edited since.</summary>
    private async Task<IReadOnlyDictionary<CellKey, Row>> LatestAsync(ObjectDescription description, IReadOnlyCollection<string> ids, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var (history, parent) = (description.History!.Object, description.History.ParentField);
        var byName = fields.ToLookup(NameInHistory, StringComparer.Ordinal);
        var names = string.Join(',', byName.Select(n => n.Key).Append(Created).Select(Soql.Quote));
        var latest = new Dictionary<CellKey, Row>();
        var created = new List<Row>();
        string[] asked = [.. ids.Where(i => SalesforceId.Normalize(description.Name, i) == i).Distinct(StringComparer.Ordinal)];
        var head = $"SELECT Id,{parent},Field,OldValue,NewValue,CreatedById,CreatedDate FROM {history} WHERE Field IN ({names}) AND {parent} IN ";
        await foreach (var json in RowsAsync(head, asked, cancellationToken))
        {
            var name = SalesforceJson.Text(json, "Field") ?? "";
            if (name == Created)
                created.Add(Row.Of(json, parent, null));
            foreach (var field in byName[name])
                Keep(latest, new CellKey(new RecordKey(connection, description.Name, SalesforceJson.Text(json, parent)!), field), Row.Of(json, parent, description.Fields[field]));
        }
        foreach (var row in created)
            foreach (var field in fields)
                latest.TryAdd(new CellKey(new RecordKey(connection, description.Name, row.RecordId), field), row);
        return latest;
    }

    private async IAsyncEnumerable<JsonElement> RowsAsync(string head, string[] ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var inBulk = ids.Length > BulkAbove;
        var statements = inBulk ? Soql.InBody(head, ids, SalesforceBulkQuery.MaxLength) : ids.Chunk(BatchSize).SelectMany(chunk => Soql.In(head, chunk));
        foreach (var statement in statements)
            await foreach (var row in inBulk ? bulk.RowsAsync("query", statement, cancellationToken) : query.RowsAsync("query", statement, cancellationToken))
                yield return row;
    }

    private static void Keep(Dictionary<CellKey, Row> latest, CellKey cell, Row row)
    {
        // Times are whole seconds, so that ties go by id.
        if (!latest.TryGetValue(cell, out var known) || row.At > known.At || (row.At == known.At && string.CompareOrdinal(row.Id, known.Id) > 0))
            latest[cell] = row;
    }

    // A lookup's rows carry its name without "Id".
    private static string NameInHistory(string field) =>
        field.EndsWith("Id", StringComparison.Ordinal) && !field.EndsWith("__c", StringComparison.Ordinal) ? field[..^2] : field;

    private sealed record Row(string Id, string RecordId, string EditorId, DateTimeOffset At, FieldValue? Old, FieldValue? New, bool IsCreation)
    {
        public static Row Of(JsonElement json, string parent, FieldDescription? field)
        {
            var keepsValues = field is not null && !(field.Type == FieldType.Text && field.MaxLength > LongestValue);
            return new Row(
                SalesforceJson.Text(json, "Id") ?? "", SalesforceJson.Text(json, parent) ?? "", SalesforceJson.Text(json, "CreatedById") ?? "",
                SalesforceValues.ReadTime(SalesforceJson.Text(json, "CreatedDate")) ?? throw new FormatException("The CRM answered a history row without a time."),
                keepsValues ? Value(field!, json, "OldValue") : null, keepsValues ? Value(field!, json, "NewValue") : null, field is null);
        }

        private static FieldValue Value(FieldDescription field, JsonElement json, string name) =>
            json.TryGetProperty(name, out var value) ? SalesforceValues.ReadLoosely(field.Type, value) : FieldValue.Blank;
    }
}
