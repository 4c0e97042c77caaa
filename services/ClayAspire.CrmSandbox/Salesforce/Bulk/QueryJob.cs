using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>A job that reads rows as CSV.</summary>
internal sealed class QueryJob(string id, SandboxUser user, string operation, string typeName, string soql, CsvFormat format, decimal version, DateTimeOffset created)
    : BulkJob(id, user, operation, format, version, created)
{
    private string[] columns = [];
    private string[][] rows = [];

    public string Soql { get; } = soql;

    /// <summary>Takes the answer.</summary>
    public void Answer(string[] header, string[][] answer)
    {
        lock (Gate)
            (columns, rows) = (header, answer);
    }

    /// <summary>One page: its CSV, how many rows it holds, and where the next begins (null: this was the last).</summary>
    public (byte[] Csv, int Count, int? Next) Page(int from, int most)
    {
        var text = new StringBuilder();
        lock (Gate)
        {
            var to = Math.Min(rows.Length, from + most);
            Format.Append(text, columns);
            for (var i = from; i < to; i++)
                Format.Append(text, rows[i]);
            return (Encoding.UTF8.GetBytes(text.ToString()), Math.Max(0, to - from), to < rows.Length ? to : null);
        }
    }

    protected override void WriteSubject(Utf8JsonWriter json) => json.WriteString("object", typeName);

    protected override void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteString("jobType", "V2Query");
        json.WriteNumber("numberRecordsProcessed", State == BulkState.JobComplete ? rows.Length : 0);
        json.WriteNumber("retries", 0);
        json.WriteNumber("totalProcessingTime", ProcessingTime);
    }
}
