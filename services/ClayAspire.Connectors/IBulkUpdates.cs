namespace ClayAspire.Connectors;

/// <summary>Where a bulk job of the CRM stands.</summary>
public enum BulkJobState
{
    /// <summary>Made, and perhaps filled, but not started: nothing of it is written, and nothing will be before it is started.</summary>
    Open,

    /// <summary>Started: its rows are being written in the CRM's own time.</summary>
    Running,

    /// <summary>Gone through. That says nothing about its rows: all of them may have failed.</summary>
    Complete,

    /// <summary>Given up by the CRM half way, or before its first row.</summary>
    Failed,

    /// <summary>Ended by us: rows that were written stay written.</summary>
    Aborted,

    /// <summary>The CRM does not know it any more; only reading its records tells what became of them.</summary>
    Gone,
}

/// <summary>A bulk job as the CRM last told of it.</summary>
/// <param name="Id">Its id at the CRM.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Processed">Rows gone through.</param>
/// <param name="Failed">Rows refused, of those gone through.</param>
/// <param name="Problem">The row of the error table for a job that failed as a whole; null otherwise.</param>
public sealed record BulkJobStatus(string Id, BulkJobState State, long Processed = 0, long Failed = 0, ErrorRule? Problem = null)
{
    /// <summary>Whether nothing of it will be written any more.</summary>
    public bool HasEnded => State is BulkJobState.Complete or BulkJobState.Failed or BulkJobState.Aborted or BulkJobState.Gone;
}

/// <summary>A bulk job that holds its rows and is not started.</summary>
/// <param name="Id">Its id at the CRM.</param>
/// <param name="Rows">How many updates it took, from the front; the others did not fit.</param>
public sealed record PreparedBulkJob(string Id, int Rows);

/// <summary>
/// Updates by jobs that the CRM works off in its own time, for many records of one object. The order of calls makes them safe to repeat:
/// <see cref="PrepareAsync"/> writes nothing; the caller keeps the job's id; <see cref="StartAsync"/> can be asked for again; and whoever
/// finds the id after a crash looks the job up and never sends its rows a second time.
/// </summary>
public interface IBulkUpdates
{
    /// <summary>Records of one object above which a job is cheaper than calls of <see cref="ICrmConnector.UpdateBatchSize"/>.</summary>
    int Above { get; }

    /// <summary>Whether a job can carry this update; what it cannot spell goes by calls.</summary>
    bool CanCarry(RecordUpdate update);

    /// <summary>Makes a job and fills it with as many of the updates as fit. Nothing is written before it is started.</summary>
    /// <exception cref="CrmException">The CRM does not serve us; what was made is left unstarted and written by nobody.</exception>
    Task<PreparedBulkJob> PrepareAsync(string @object, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken);

    /// <summary>Starts a job. A lost answer is looked up; a job that is started already stays so.</summary>
    /// <exception cref="CrmException">Whether it is started could not be found out.</exception>
    Task<BulkJobStatus> StartAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Looks a job up.</summary>
    Task<BulkJobStatus> FindAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Ends a job: an open one writes nothing then, a running one stops where it is. One that has ended stays as it is.</summary>
    Task<BulkJobStatus> AbortAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>
    /// What became of the rows of a job that has ended, by record id, whatever their order. A record that is missing was not tried: nothing of
    /// it is written, and it may be sent again.
    /// </summary>
    Task<IReadOnlyDictionary<string, RowOutcome>> ResultsAsync(string jobId, CancellationToken cancellationToken);
}
