using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>Where a job stands; the names are those of the platform.</summary>
internal enum BulkState
{
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

/// <summary>What ingest and query jobs have in common. Guarded by the job's own lock.</summary>
internal abstract class BulkJob(string id, SandboxUser user, string operation, CsvFormat format, decimal version, DateTimeOffset created)
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int stuckPolls;

    public string Id { get; } = id;
    public SandboxUser User { get; } = user;
    public string Operation { get; } = operation;
    public CsvFormat Format { get; } = format;
    public decimal Version { get; } = version;
    public DateTimeOffset Created { get; } = created;
    public Lock Gate { get; } = new();
    public BulkState State { get; private set; }
    public DateTimeOffset Modified { get; private set; } = created;
    public string? Error { get; private set; }
    public bool HasEnded => State is BulkState.JobComplete or BulkState.Failed or BulkState.Aborted;

    /// <summary>Milliseconds from the beginning of the work to its end.</summary>
    public long ProcessingTime { get; private set; }

    /// <summary>Moves on, unless the job has ended. Whether it moved.</summary>
    public bool Move(BulkState state, DateTimeOffset now, string? error = null)
    {
        lock (Gate)
        {
            if (HasEnded)
                return false;
            if (state is BulkState.JobComplete or BulkState.Failed)
                ProcessingTime = (long)(now - Modified).TotalMilliseconds;
            (State, Modified, Error) = (state, now, error ?? Error);
            if (HasEnded)
                released.TrySetResult();
            return true;
        }
    }

    /// <summary>Keeps the work from going on until the job has been looked at so many times.</summary>
    public void Hold(int polls)
    {
        lock (Gate)
            stuckPolls = polls;
    }

    /// <summary>Counts one look at the job.</summary>
    public void Polled()
    {
        lock (Gate)
        {
            if (stuckPolls > 0 && --stuckPolls == 0)
                released.TrySetResult();
        }
    }

    /// <summary>Done when nothing holds the work (any more).</summary>
    public Task NotHeldAsync()
    {
        lock (Gate)
            return stuckPolls > 0 ? released.Task : Task.CompletedTask;
    }

    /// <summary>The job as the API shows it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        lock (Gate)
        {
            json.WriteString("id", Id);
            json.WriteString("operation", Operation);
            WriteSubject(json);
            json.WriteString("createdById", User.Id);
            json.WriteString("createdDate", FieldCodec.Format(Created));
            json.WriteString("systemModstamp", FieldCodec.Format(Modified));
            json.WriteString("state", State.ToString());
            json.WriteString("concurrencyMode", "Parallel");
            json.WriteString("contentType", "CSV");
            json.WritePropertyName("apiVersion");
            json.WriteRawValue(Version.ToString("0.0", CultureInfo.InvariantCulture));
            json.WriteString("lineEnding", Format.LineEndingName);
            json.WriteString("columnDelimiter", Format.DelimiterName);
            WriteProgress(json);
            if (Error is not null)
                json.WriteString("errorMessage", Error);
        }

        json.WriteEndObject();
    }

    protected abstract void WriteSubject(Utf8JsonWriter json);

    protected abstract void WriteProgress(Utf8JsonWriter json);
}
