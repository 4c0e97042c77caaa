using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Permissions;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Microsoft.Extensions.Logging;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>Salesforce over its REST API: sObject collections for reads and writes by id, SOQL for searches.</summary>
internal sealed partial class SalesforceConnector : ICrmConnector, IPermissionReader, ICampaignReader, IDisposable
{
    private const int UpdateLimit = 200;
    private const int RetrieveLimit = 2000;

    /// <summary>Rows of one call that are asked singly what they were found like.</summary>
    private const int MostMatchQuestions = 10;

    /// <summary>What every object calls the relationship to its field history.</summary>
    private const string HistoryRelationship = "Histories";

    private static readonly TimeSpan DescriptionLife = TimeSpan.FromMinutes(5);

    /// <summary>Fields that tell what became of a record. Each object has some of them; the description says which.</summary>
    private static readonly string[] SystemFields =
        ["IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId", "SystemModstamp", "CreatedDate"];

    private readonly SalesforceSession _session;
    private readonly SalesforceTransport _transport;
    private readonly SalesforceQuery _query;
    private readonly SalesforceBulkQuery _bulkQuery;
    private readonly SalesforceHistory _history;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, (ObjectDescription Description, DateTimeOffset Until)> _descriptions = new(StringComparer.Ordinal);

    public SalesforceConnector(string connection, ConnectionSettings settings, Func<HttpClient> http, TimeProvider clock, ILogger log)
    {
        Connection = connection;
        _clock = clock;
        _log = log;
        _session = new SalesforceSession(connection, settings, http, clock);
        _transport = new SalesforceTransport(connection, settings, http, _session, clock);
        _query = new SalesforceQuery(_transport);
        Bulk = new SalesforceBulk(connection, settings.BulkAbove, _transport, DescribeAsync, o => _descriptions.TryRemove(o, out _));
        _bulkQuery = new SalesforceBulkQuery(connection, settings, _transport, clock);
        _history = new SalesforceHistory(connection, _query, _bulkQuery, new SalesforceEditors(_transport, _query, clock), clock);
    }

    public string Connection { get; }

    public Quota Quota => _transport.Quota;

    public int UpdateBatchSize => UpdateLimit;

    public int HistoryBatchSize => SalesforceHistory.BatchSize;

    public int ReadBatchSize => RetrieveLimit;

    public IBulkUpdates Bulk { get; }

    // A write of a child holds its parent for a moment; others who write children of it are refused meanwhile.
    public string? ParentField(string @object) => @object switch
    {
        "Contact" => "AccountId",
        "CampaignMember" => "CampaignId",
        _ => null,
    };

    public CallCount CountCalls() => CallCount.Begin();

    public string? NormalizeId(string @object, string text) => SalesforceId.Normalize(@object, text);

    public void Dispose() => _session.Dispose();

    public async Task<IReadOnlyDictionary<string, LiveRecord>> ReadAsync(
        string @object, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var description = await DescribeAsync(@object, cancellationToken);
        var visible = Visible(description, fields);
        var found = new Dictionary<string, LiveRecord>(ids.Count, StringComparer.Ordinal);
        foreach (var chunk in ids.Where(i => SalesforceId.Normalize(@object, i) == i).Distinct(StringComparer.Ordinal).Chunk(RetrieveLimit))
        {
            var body = Json(json =>
            {
                json.WriteStartObject();
                WriteTexts(json, "ids", chunk);
                WriteTexts(json, "fields", ["Id", .. visible]);
                json.WriteEndObject();
            });
            var rows = await _transport.ReadAsync(HttpMethod.Post, $"composite/sobjects/{@object}", body, SalesforceJson.Default.ListJsonElement, cancellationToken);
            foreach (var row in rows.Where(r => r.ValueKind == JsonValueKind.Object))
            {
                var record = ToRecord(description, visible, row).Record;
                found[record.Key.Id] = record;
            }
        }
        var missing = ids.Where(i => !found.ContainsKey(i)).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var record in await ReadGoneAsync(description, missing, cancellationToken))
            found[record.Key.Id] = record;
        foreach (var id in missing)
            found.TryAdd(id, new LiveRecord(new RecordKey(Connection, @object, id), RecordState.Deleted, "", new Dictionary<string, FieldValue>()));
        return found;
    }

    public async Task<ILookup<string, LiveRecord>> FindByEmailAsync(
        string @object, IReadOnlyCollection<string> emails, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var found = await FindAsync(@object, "Email", emails, fields, cancellationToken);
        return found.ToLookup(f => f.Key.ToLowerInvariant(), f => f.Record, StringComparer.Ordinal);
    }

    public async Task<ILookup<string, LiveRecord>> FindByExternalIdAsync(
        string @object, string externalIdField, IReadOnlyCollection<string> values, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var found = await FindAsync(@object, externalIdField, values, fields, cancellationToken);
        return found.ToLookup(f => f.Key, f => f.Record, StringComparer.OrdinalIgnoreCase);
    }

    public async Task<ILookup<string, CampaignMemberRecord>> FindCampaignMembersAsync(
        IReadOnlyCollection<string> emails, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var description = await DescribeAsync("CampaignMember", cancellationToken);
        var visible = Visible(description, [.. fields, "CampaignId", "Email"]);
        var found = new List<(string Email, CampaignMemberRecord Member)>();
        foreach (var query in Soql.In($"SELECT Id,Campaign.Name,{string.Join(',', visible)} FROM CampaignMember WHERE Email IN ", Distinct(emails)))
        {
            await foreach (var row in _query.RowsAsync("query", query, cancellationToken))
            {
                var record = ToRecord(description, visible, row).Record;
                var campaign = row.TryGetProperty("Campaign", out var parent) && parent.ValueKind == JsonValueKind.Object ? SalesforceJson.Text(parent, "Name") : null;
                found.Add((SalesforceJson.Text(row, "Email")!.ToLowerInvariant(), new CampaignMemberRecord(record, SalesforceJson.Text(row, "CampaignId") ?? "", campaign ?? "")));
            }
        }
        return found.ToLookup(f => f.Email, f => f.Member, StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<RowOutcome>> UpdateAsync(string @object, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken)
    {
        if (updates.Count > UpdateLimit)
            throw new ArgumentException($"One call takes {UpdateLimit} records; {updates.Count} were given.", nameof(updates));
        if (updates.DistinctBy(u => u.Id).Count() != updates.Count)
            throw new ArgumentException("A record stands twice; the CRM refuses the second.", nameof(updates));
        if (updates.Count == 0)
            return [];
        var description = await DescribeAsync(@object, cancellationToken);
        return await SendUpdatesAsync(description, updates, cancellationToken);
    }

    public async IAsyncEnumerable<ChangePage> QueryChangesAsync(
        string @object, IReadOnlyCollection<string> fields, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var description = await DescribeAsync(@object, cancellationToken);
        var visible = Visible(description, fields);
        var where = since is { } from ? $" WHERE SystemModstamp >= {Soql.Time(from)}" : "";
        var query = $"SELECT Id,{string.Join(',', visible)} FROM {@object}{where}";
        var until = since ?? DateTimeOffset.MinValue;
        await foreach (var page in ChangedRowsAsync(@object, where, query, cancellationToken))
        {
            var records = page.Select(row => ToRecord(description, visible, row)).ToArray();
            if (records.Length == 0)
                continue;
            until = records.Max(r => r.ChangedAt) is var latest && latest > until ? latest : until;
            yield return new ChangePage(records, until);
        }
    }

    // A bulk query comes in no order; that does for a whole object, which is read anew when it was cut off.
    private async IAsyncEnumerable<IReadOnlyList<JsonElement>> ChangedRowsAsync(string @object, string where, string query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (where.Length == 0 && await _query.CountAsync("queryAll", $"SELECT COUNT() FROM {@object}", cancellationToken) > _bulkQuery.Above)
        {
            await foreach (var page in InPagesAsync(_bulkQuery.RowsAsync("queryAll", query, cancellationToken), cancellationToken))
                yield return page;
            yield break;
        }
        await foreach (var page in _query.PagesAsync("queryAll", $"{query} ORDER BY SystemModstamp, Id", cancellationToken))
            yield return page;
    }

    private static async IAsyncEnumerable<IReadOnlyList<JsonElement>> InPagesAsync(IAsyncEnumerable<JsonElement> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<JsonElement>(RetrieveLimit);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            page.Add(row);
            if (page.Count < RetrieveLimit)
                continue;
            yield return page;
            page = new List<JsonElement>(RetrieveLimit);
        }
        yield return page;
    }

    public async Task<IReadOnlyDictionary<CellKey, LastEdit>> LastEditsAsync(
        string @object, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, EditorRules editors, CancellationToken cancellationToken) =>
        await _history.LastEditsAsync(await DescribeAsync(@object, cancellationToken), ids, fields, editors, cancellationToken);

    public async Task<ObjectDescription> DescribeAsync(string @object, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        if (_descriptions.TryGetValue(@object, out var known) && known.Until > now)
            return known.Description;
        var answer = await _transport.ReadAsync(HttpMethod.Get, $"sobjects/{@object}/describe", null, SalesforceJson.Default.DescribeAnswer, cancellationToken);
        var fields = answer.Fields.ToDictionary(
            f => f.Name,
            f => new FieldDescription(f.Name, SalesforceValues.TypeOf(f.Type), f.Updateable, f.Calculated, f.Length > 0 ? f.Length : null,
                f.RestrictedPicklist ? [.. (f.PicklistValues ?? []).Where(v => v.Active && v.Value is not null).Select(v => v.Value!)] : []),
            StringComparer.Ordinal);
        var history = answer.ChildRelationships?.Find(c => c.RelationshipName == HistoryRelationship);
        var description = new ObjectDescription(answer.Name, fields)
        {
            History = history is { ChildSObject: { } name, Field: { } parent } ? new HistoryDescription(name, parent) : null,
        };
        _descriptions[@object] = (description, now + DescriptionLife);
        return description;
    }

    public async Task<Quota> LimitsAsync(CancellationToken cancellationToken)
    {
        var answer = await _transport.ReadAsync(HttpMethod.Get, "limits", null, SalesforceJson.Default.DictionaryStringJsonElement, cancellationToken);
        if (!answer.TryGetValue("DailyApiRequests", out var daily) || daily.ValueKind != JsonValueKind.Object)
            return _transport.Quota;
        var max = daily.GetProperty("Max").GetInt64();
        return new Quota(max - daily.GetProperty("Remaining").GetInt64(), max, _clock.GetUtcNow());
    }

    public Task<PermissionFacts> ReadPermissionsAsync(PermissionExpectation expected, CancellationToken cancellationToken) =>
        new SalesforcePermissions(Connection, _transport, _query).ReadAsync(expected, cancellationToken);

    private async Task<IReadOnlyList<RowOutcome>> SendUpdatesAsync(ObjectDescription description, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken)
    {
        var body = Json(json => WriteUpdates(json, description, updates));
        switch (await _transport.WriteAsync(HttpMethod.Patch, "composite/sobjects", body, cancellationToken))
        {
            case WriteAnswer.Lost lost:
                LogMessages.AnswerLost(_log, Connection, updates.Count, lost.Why);
                return [.. updates.Select(_ => new RowOutcome.Unknown(lost.Why, lost.MayStillRun))];
            case WriteAnswer.Rows { Items: var rows } when rows.Count == updates.Count:
                return await WithMatchesAsync(description, updates, [.. rows.Select(Judge)], cancellationToken);
            case WriteAnswer.Rows { Items: var rows }:
                // An answer that does not fit the question says nothing about any row.
                LogMessages.AnswerLost(_log, Connection, updates.Count, "row count differs");
                return [.. updates.Select(_ => new RowOutcome.Unknown($"{rows.Count} answers for {updates.Count} rows", MayStillRun: false))];
            case WriteAnswer.Refused refused when updates.Count == 1:
                return [new RowOutcome.Rejected(refused.Rule, refused.Error.Code, refused.Error.Fields ?? [])];
            case WriteAnswer.Refused:
                return await BisectAsync(description, updates, cancellationToken);
            default:
                throw new InvalidOperationException("Unknown kind of answer.");
        }
    }

    /// <summary>
    /// Rows that a duplicate rule refused go once more, alone: nothing of them was written, and only the answer to a single write names the records
    /// that it was found like. Where a rule refuses many at once the first ones do; the others are the same rule's.
    /// </summary>
    private async Task<IReadOnlyList<RowOutcome>> WithMatchesAsync(
        ObjectDescription description, IReadOnlyList<RecordUpdate> updates, RowOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var asked = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] is not RowOutcome.Rejected { Code: SalesforceErrorTable.Duplicates } || ++asked > MostMatchQuestions)
                continue;
            try
            {
                outcomes[i] = await SendAloneAsync(description, updates[i], cancellationToken);
            }
            catch (CrmException e)
            {
                // What the batch came to must not be lost with it.
                LogMessages.MatchesUnknown(_log, Connection, e.Rule.Code);
                return outcomes;
            }
        }
        return outcomes;
    }

    private async Task<RowOutcome> SendAloneAsync(ObjectDescription description, RecordUpdate update, CancellationToken cancellationToken)
    {
        var body = Json(json =>
        {
            json.WriteStartObject();
            WriteChanges(json, description, update);
            json.WriteEndObject();
        });
        return await _transport.WriteAsync(HttpMethod.Patch, $"sobjects/{description.Name}/{update.Id}", body, cancellationToken) switch
        {
            WriteAnswer.Rows => RowOutcome.Accepted.Instance,
            WriteAnswer.Refused refused => new RowOutcome.Rejected(refused.Rule, refused.Error.Code, refused.Error.Fields ?? []) { Matches = refused.Error.Matches },
            WriteAnswer.Lost lost => new RowOutcome.Unknown(lost.Why, lost.MayStillRun),
            _ => throw new InvalidOperationException("Unknown kind of answer."),
        };
    }

    /// <summary>One malformed row can fail a whole call: halve until it stands alone, so that it takes no other row with it.</summary>
    private async Task<IReadOnlyList<RowOutcome>> BisectAsync(ObjectDescription description, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken)
    {
        var half = updates.Count / 2;
        var first = await SendUpdatesAsync(description, [.. updates.Take(half)], cancellationToken);
        try
        {
            return [.. first, .. await SendUpdatesAsync(description, [.. updates.Skip(half)], cancellationToken)];
        }
        catch (CrmException e)
        {
            // The first half is done and its outcome must not be lost; the second is settled by probing.
            return [.. first, .. updates.Skip(half).Select(_ => new RowOutcome.Unknown(e.Rule.Code, MayStillRun: false))];
        }
    }

    private static RowOutcome Judge(CollectionRow row)
    {
        if (row.Success)
            return RowOutcome.Accepted.Instance;
        var error = row.Errors is { Count: > 0 } errors ? errors[0] : new ApiError(null, "UNKNOWN_EXCEPTION", "", null);
        return new RowOutcome.Rejected(SalesforceErrorTable.Find(error.Code, error.Message ?? ""), error.Code, error.Fields ?? []);
    }

    private static void WriteUpdates(Utf8JsonWriter json, ObjectDescription description, IReadOnlyList<RecordUpdate> updates)
    {
        json.WriteStartObject();
        json.WriteBoolean("allOrNone", false);
        json.WriteStartArray("records");
        foreach (var update in updates)
        {
            json.WriteStartObject();
            json.WriteStartObject("attributes");
            json.WriteString("type", description.Name);
            json.WriteEndObject();
            json.WriteString("id", update.Id);
            WriteChanges(json, description, update);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteChanges(Utf8JsonWriter json, ObjectDescription description, RecordUpdate update)
    {
        foreach (var (field, change) in update.Changes)
            SalesforceValues.Write(json, field, description.Fields.TryGetValue(field, out var known) ? known.Type : FieldType.Text, change);
    }

    private async Task<List<(string Key, LiveRecord Record)>> FindAsync(
        string @object, string keyField, IReadOnlyCollection<string> keys, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        var description = await DescribeAsync(@object, cancellationToken);
        var visible = Visible(description, [.. fields, keyField]);
        var found = new List<(string, LiveRecord)>();
        foreach (var query in Soql.In($"SELECT Id,{string.Join(',', visible)} FROM {@object} WHERE {keyField} IN ", Distinct(keys)))
            await foreach (var row in _query.RowsAsync("query", query, cancellationToken))
                if (SalesforceJson.Text(row, keyField) is { } key)
                    found.Add((key, ToRecord(description, visible, row).Record));
        return found;
    }

    /// <summary>What became of records that a plain read does not answer: merged into another, deleted, or never seen.</summary>
    private async Task<List<LiveRecord>> ReadGoneAsync(ObjectDescription description, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var found = new List<LiveRecord>();
        var visible = Visible(description, []);
        foreach (var query in Soql.In($"SELECT Id,{string.Join(',', visible)} FROM {description.Name} WHERE Id IN ", ids.Where(i => SalesforceId.Normalize(description.Name, i) == i)))
            await foreach (var row in _query.RowsAsync("queryAll", query, cancellationToken))
                found.Add(ToRecord(description, visible, row).Record);
        return found;
    }

    private static string[] Visible(ObjectDescription description, IEnumerable<string> fields) =>
        [.. SystemFields.Concat(fields).Distinct(StringComparer.Ordinal).Where(f => f != "Id" && description.Fields.ContainsKey(f))];

    private static IEnumerable<string> Distinct(IEnumerable<string> values) =>
        values.Where(v => !string.IsNullOrWhiteSpace(v)).Distinct(StringComparer.OrdinalIgnoreCase);

    private ChangedRecord ToRecord(ObjectDescription description, IReadOnlyList<string> visible, JsonElement row)
    {
        var values = new Dictionary<string, FieldValue>(visible.Count, StringComparer.Ordinal);
        foreach (var field in visible)
            if (row.TryGetProperty(field, out var value))
                values[field] = SalesforceValues.Read(description.Fields[field].Type, value);
        var (state, successor) = StateOf(row);
        var version = SalesforceJson.Text(row, "SystemModstamp") ?? "";
        var key = new RecordKey(Connection, description.Name, SalesforceJson.Text(row, "Id") ?? throw new FormatException("The CRM answered a record without an id."));
        return new ChangedRecord(
            new LiveRecord(key, state, version, values, successor),
            SalesforceValues.ReadTime(version) ?? DateTimeOffset.MinValue,
            SalesforceValues.ReadTime(SalesforceJson.Text(row, "CreatedDate")));
    }

    private static (RecordState State, string? Successor) StateOf(JsonElement row)
    {
        var master = SalesforceJson.Text(row, "MasterRecordId");
        if (master is not null)
            return (RecordState.Merged, master);
        if (IsTrue(row, "IsDeleted"))
            return (RecordState.Deleted, null);
        return IsTrue(row, "IsConverted") ? (RecordState.Converted, SalesforceJson.Text(row, "ConvertedContactId")) : (RecordState.Live, null);
    }

    // Rows of a bulk query hold texts only.
    private static bool IsTrue(JsonElement row, string field) =>
        row.TryGetProperty(field, out var value) && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true")));

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
