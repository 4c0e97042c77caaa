using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Faults;
using ClayAspire.CrmSandbox.Salesforce.Rest;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>
/// The bulk jobs of an org, and the one worker that does them one after the other. They live in memory: a restart forgets them, as the
/// platform does after some days.
/// </summary>
internal sealed class BulkJobs : IAsyncDisposable, IDisposable
{
    private const string KeyPrefix = "750";
    private readonly SalesforceOrg org;
    private readonly ConcurrentDictionary<string, BulkJob> jobs = new(StringComparer.Ordinal);
    private readonly Channel<BulkJob> queue = Channel.CreateUnbounded<BulkJob>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly Task worker;
    private long last;

    public BulkJobs(SalesforceOrg org)
    {
        this.org = org;
        Batches = new ApiQuota(org.Rules.DailyBulkBatches, org.Clock);
        Queries = new ApiQuota(org.Rules.DailyBulkQueryJobs, org.Clock);
        Rows = new ApiQuota(org.Rules.DailyBulkRows, org.Clock);
        worker = Task.Run(WorkAsync);
    }

    /// <summary>Internal batches of ingest jobs in 24 hours.</summary>
    public ApiQuota Batches { get; }

    /// <summary>Query jobs in 24 hours.</summary>
    public ApiQuota Queries { get; }

    /// <summary>Rows of ingest jobs in 24 hours.</summary>
    public ApiQuota Rows { get; }

    public string NextId() => org.IdOf(KeyPrefix, Interlocked.Increment(ref last));

    public void Add(BulkJob job) => jobs[job.Id] = job;

    /// <summary>A job of this user (the administrator sees all); null when there is none, or it was kept long enough.</summary>
    public T? Find<T>(string id, SandboxUser user)
        where T : BulkJob
    {
        Forget();
        return Store.SalesforceId.Normalize(id) is { } full && jobs.TryGetValue(full, out var job) && job is T found && MaySee(job, user) ? found : null;
    }

    /// <summary>The jobs that a user sees, oldest first.</summary>
    public IReadOnlyList<T> All<T>(SandboxUser user)
        where T : BulkJob
    {
        Forget();
        return [.. jobs.Values.OfType<T>().Where(j => MaySee(j, user)).OrderBy(j => j.Id, StringComparer.Ordinal)];
    }

    public void Remove(BulkJob job) => jobs.TryRemove(job.Id, out _);

    /// <summary>Gives a job to the worker.</summary>
    public void Start(BulkJob job)
    {
        job.Hold(org.Faults.TakeStuckJob(job.User.ClientId));
        if (!queue.Writer.TryWrite(job))
            throw new ApiFailure(503, "SERVER_UNAVAILABLE", "The org is shutting down.");
    }

    /// <summary>Forgets every job; what runs is aborted.</summary>
    public void Clear()
    {
        foreach (var job in jobs.Values)
            job.Move(BulkState.Aborted, org.Clock.GetUtcNow());
        jobs.Clear();
        Batches.SetRemaining(Batches.Max);
        Queries.SetRemaining(Queries.Max);
        Rows.SetRemaining(Rows.Max);
    }

    public void Dispose()
    {
        stopping.Cancel();
        queue.Writer.TryComplete();
        worker.Wait();
        stopping.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        queue.Writer.TryComplete();
        await worker;
        stopping.Dispose();
    }

    private static bool MaySee(BulkJob job, SandboxUser user) => user.IsAdministrator || job.User.Id == user.Id;

    private void Forget()
    {
        var oldest = org.Clock.GetUtcNow().AddDays(-org.Rules.BulkJobDays);
        foreach (var job in jobs.Values.Where(j => j.Modified < oldest))
            Remove(job);
    }

    private async Task WorkAsync()
    {
        await foreach (var job in queue.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await Task.WhenAny(job.NotHeldAsync(), Task.Delay(Timeout.InfiniteTimeSpan, org.Clock, stopping.Token));
                if (stopping.IsCancellationRequested)
                    return;
                if (job is IngestJob ingest)
                    IngestRunner.Run(org, ingest, stopping.Token);
                else if (job is QueryJob query)
                    QueryRunner.Run(org, query);
            }
            catch (Exception fault)
            {
                // A fault of the twin's own must be seen by whoever waits for the job, and must not end the worker.
                job.Move(BulkState.Failed, org.Clock.GetUtcNow(), string.Create(CultureInfo.InvariantCulture, $"InternalServerError : {fault}"));
            }
        }
    }
}
