using System.Globalization;
using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>What became of one row: the record's id (blank when there is none), and the error as the results spell it.</summary>
internal sealed record IngestOutcome(string Id, bool Created, string? Error);

/// <summary>A job that writes rows of CSV.</summary>
internal sealed class IngestJob(
    string id, SandboxUser user, string operation, ObjectDefinition type, FieldDefinition? key, string? assignmentRuleId, CsvFormat format, decimal version, DateTimeOffset created)
    : BulkJob(id, user, operation, format, version, created)
{
    private string[] columns = [];
    private string[][] rows = [];
    private IngestOutcome?[] outcomes = [];
    private int processed;
    private int failed;

    public ObjectDefinition Type { get; } = type;

    /// <summary>The assignment rule that new rows pass, if the job names one.</summary>
    public string? AssignmentRuleId { get; } = assignmentRuleId;

    /// <summary>The key of an upsert; null when that is the record id, and for other operations.</summary>
    public FieldDefinition? Key { get; } = key;

    /// <summary>The data; null until it was uploaded.</summary>
    public ReadOnlyMemory<byte>? Data { get; private set; }

    /// <summary>Takes the data, once.</summary>
    public bool Upload(ReadOnlyMemory<byte> data)
    {
        lock (Gate)
        {
            if (Data is not null || State != BulkState.Open)
                return false;
            Data = data;
            return true;
        }
    }

    /// <summary>Notes the rows that are to be written.</summary>
    public void Begin(string[] header, string[][] data)
    {
        lock (Gate)
            (columns, rows, outcomes) = (header, data, new IngestOutcome?[data.Length]);
    }

    /// <summary>Notes what became of rows, by their places in the data.</summary>
    public void Finish(IEnumerable<(int Row, IngestOutcome Outcome)> finished)
    {
        lock (Gate)
        {
            foreach (var (row, outcome) in finished)
            {
                outcomes[row] = outcome;
                processed++;
                failed += outcome.Error is null ? 0 : 1;
            }
        }
    }

    /// <summary>Rows that were written.</summary>
    public byte[] Successful() => Results(["sf__Id", "sf__Created"], o => o is { Error: null }, o => [o!.Id, o.Created ? "true" : "false"]);

    /// <summary>Rows that were refused.</summary>
    public byte[] Failed() => Results(["sf__Id", "sf__Error"], o => o is { Error: not null }, o => [o!.Id, o.Error!]);

    /// <summary>Rows that nothing was tried with.</summary>
    public byte[] Unprocessed() => Results([], o => o is null, _ => []);

    protected override void WriteSubject(Utf8JsonWriter json)
    {
        json.WriteString("object", Type.Name);
        if (Operation == "upsert")
            json.WriteString("externalIdFieldName", Key?.Name ?? "Id");
        if (AssignmentRuleId is not null)
            json.WriteString("assignmentRuleId", AssignmentRuleId);
    }

    protected override void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteString("jobType", "V2Ingest");
        if (State == BulkState.Open)
            json.WriteString("contentUrl", string.Create(CultureInfo.InvariantCulture, $"services/data/v{Version:0.0}/jobs/ingest/{Id}/batches"));
        json.WriteNumber("numberRecordsProcessed", processed);
        json.WriteNumber("numberRecordsFailed", failed);
        json.WriteNumber("retries", 0);
        json.WriteNumber("totalProcessingTime", ProcessingTime);
        json.WriteNumber("apiActiveProcessingTime", ProcessingTime);
        json.WriteNumber("apexProcessingTime", 0);
    }

    // The platform promises no order; that of the data would teach clients to rely on it.
    private byte[] Results(string[] extra, Func<IngestOutcome?, bool> wanted, Func<IngestOutcome?, string[]> cells)
    {
        var text = new StringBuilder();
        lock (Gate)
        {
            if (columns.Length > 0)
                Format.Append(text, [.. extra, .. columns]);
            var chosen = Enumerable.Range(0, rows.Length).Where(i => wanted(outcomes[i])).ToArray();
            new Random(chosen.Length).Shuffle(chosen);
            foreach (var row in chosen)
                Format.Append(text, [.. cells(outcomes[row]), .. rows[row]]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
