using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>
/// Does an ingest job: internal batches in an order that is not that of the data, each in chunks that are written together. Batches of the
/// platform run side by side; here they take turns, and what two of them would fight for is a fault to be ordered.
/// </summary>
internal static class IngestRunner
{
    public static void Run(SalesforceOrg org, IngestJob job, CancellationToken stop)
    {
        if (!job.Move(BulkState.InProgress, org.Clock.GetUtcNow()))
            return;
        IngestColumn[] columns;
        string[][] rows;
        try
        {
            (columns, rows) = Read(org, job);
        }
        catch (InvalidDataException e)
        {
            job.Move(BulkState.Failed, org.Clock.GetUtcNow(), e.Message.Contains(" : ", StringComparison.Ordinal) ? e.Message : "ClientInputError : " + e.Message);
            return;
        }

        var batches = Enumerable.Range(0, rows.Length).Chunk(org.Rules.BulkBatch).ToArray();
        if (!org.Bulk.Batches.TryTake(batches.Length) || !org.Bulk.Rows.TryTake(rows.Length))
        {
            job.Move(BulkState.Failed, org.Clock.GetUtcNow(), "ExceededQuota : ApiBatchItems Limit exceeded.");
            return;
        }

        new Random(rows.Length).Shuffle(batches);
        // Batches run side by side: what one of them locks stays locked for the others until the job ends.
        var options = batches.Select(_ => WriteOptions.Bulk with { AutoAssign = job.AssignmentRuleId is not null, Holder = new object(), HeldUntil = DateTimeOffset.MaxValue }).ToArray();
        try
        {
            if (WriteBatches(org, job, columns, rows, batches, options, stop))
                job.Move(BulkState.JobComplete, org.Clock.GetUtcNow());
        }
        finally
        {
            org.Parents.Release([.. options.Select(o => o.Holder)]);
        }
    }

    // Whether all was gone through.
    private static bool WriteBatches(
        SalesforceOrg org, IngestJob job, IngestColumn[] columns, string[][] rows, int[][] batches, WriteOptions[] options, CancellationToken stop)
    {
        var isFirst = true;
        foreach (var (chunk, option) in batches.Zip(options).SelectMany(b => b.First.Chunk(org.Rules.BulkChunk).Select(c => (c, b.Second))))
        {
            if (stop.IsCancellationRequested || job.HasEnded)
                return false;
            if (!isFirst && org.Faults.TakeFailedJob(job.User.ClientId))
            {
                job.Move(BulkState.Failed, org.Clock.GetUtcNow(), "InternalServerError : Batch failed after too many retries");
                return false;
            }

            isFirst = false;
            job.Finish(WriteChunk(org, job, columns, rows, chunk, option));
        }

        return true;
    }

    private static (IngestColumn[] Columns, string[][] Rows) Read(SalesforceOrg org, IngestJob job)
    {
        if (job.Data is not { Length: > 0 } data)
            return ([], []);
        using var text = new StreamReader(new MemoryStream(data.ToArray(), writable: false), Encoding.UTF8);
        string[]? header = null;
        var rows = new List<string[]>();
        foreach (var line in job.Format.Read(text))
        {
            if (header is null)
                header = line;
            else if (line.Length == header.Length)
                rows.Add(line);
            else
                throw new InvalidDataException($"CSV Parse Error: line {rows.Count + 2} has {line.Length} cells, the header has {header.Length}");
        }

        // Known before the columns are checked, so that a job failed by its header shows its rows as unprocessed.
        job.Begin(header ?? [], [.. rows]);
        return (IngestColumn.Read(org.Schema, job.User.Rights, job.Type, header ?? []), [.. rows]);
    }

    private static List<(int, IngestOutcome)> WriteChunk(SalesforceOrg org, IngestJob job, IngestColumn[] columns, string[][] rows, int[] chunk, WriteOptions options) => org.Store.Write(transaction =>
    {
        var writer = new RecordWriter(org, job.User, transaction, options);
        var outcomes = new List<(int, IngestOutcome)>(chunk.Length);
        foreach (var row in chunk)
        {
            var result = WriteRow(org, job, writer, columns, rows[row]);
            var error = result.Error is { } e ? $"{e.Code}:{org.Message(e.Code, e.Message)}:{string.Join(' ', e.Fields)}{(e.Fields.Length > 0 ? " " : "")}--" : null;
            outcomes.Add((row, new IngestOutcome(result.Id ?? "", error is null && result.Created == true, error)));
        }

        writer.Report(rolledBack: false);
        return outcomes;
    });

    private static RowResult WriteRow(SalesforceOrg org, IngestJob job, RecordWriter writer, IngestColumn[] columns, string[] cells)
    {
        if (org.Faults.TakeFailedRow(job.User.ClientId) is { } ordered)
            return RowResult.Failed(ordered);
        var (row, id, key, error) = Row(org, job, columns, cells);
        if (error is not null)
            return RowResult.Failed(error);
        return job.Operation switch
        {
            "insert" => writer.Create(job.Type, row),
            "update" => writer.Update(job.Type, id, row),
            "delete" or "hardDelete" => writer.Delete(id),
            _ when job.Key is null => id is null ? writer.Create(job.Type, row) : writer.Update(job.Type, id, row),
            _ => writer.Upsert(job.Type, job.Key, key, row, updateOnly: false),
        };
    }

    private static (JsonElement Row, string? Id, string? Key, RowError? Error) Row(SalesforceOrg org, IngestJob job, IngestColumn[] columns, string[] cells)
    {
        string? id = null, key = null;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < columns.Length; i++)
            {
                var (field, related, relatedKey) = columns[i];
                if (field.Type == FieldType.Id)
                {
                    id = cells[i].Length == 0 ? null : cells[i];
                    continue;
                }

                if (field == job.Key)
                    key = cells[i];
                if (related is null)
                {
                    BulkCell.Write(json, field.Name, field.Type, cells[i]);
                    continue;
                }

                var found = cells[i].Length == 0 ? [] : org.Store.Table(related).Lookup(relatedKey!, cells[i].Trim()).Where(r => !r.IsDeleted).Select(r => r.Id).ToList();
                if (cells[i].Length > 0 && found.Count != 1)
                    return (default, id, key, new RowError("INVALID_FIELD", $"Foreign key external ID: {cells[i]} not found for field {relatedKey!.Name} in entity {related.Name}", field.Name));
                BulkCell.Write(json, field.Name, field.Type, found.Count == 0 ? "" : found[0]);
            }

            json.WriteEndObject();
        }

        return (JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)), id, key, null);
    }
}
