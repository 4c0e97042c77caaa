using System.Text.Json;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Operations;

/// <summary>A job that gave up, with what its last attempt said.</summary>
internal sealed record DeadJob(
    long Id, string Kind, string? OrderKey, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? DiedAt, string? LastError, IReadOnlyList<JobError> Errors)
{
    public static DeadJob Of(JobRow row)
    {
        var errors = JsonSerializer.Deserialize<List<JobError>>(row.Errors, JsonSerializerOptions.Web) ?? [];
        return new DeadJob(row.Id, row.Kind, row.OrderKey, row.Attempt, row.CreatedAt, row.FinishedAt, errors.LastOrDefault()?.Error, errors);
    }
}

/// <summary>One failed attempt of a job.</summary>
internal sealed record JobError(int Attempt, DateTimeOffset At, string? Worker, string? Error);

/// <summary>Jobs that gave up: what became of them, and their replay. Pages and API both go through here.</summary>
internal sealed class QueueDesk(JobQueue queue, ILogger<QueueDesk> log)
{
    public async Task<PagedRows<DeadJob>> DeadAsync(int page, int size, CancellationToken cancel)
    {
        var rows = await queue.DeadAsync(page, size, cancel);
        return new PagedRows<DeadJob>([.. rows.Rows.Select(DeadJob.Of)], rows.Total, rows.Number, rows.Size);
    }

    /// <summary>Gives a dead job its attempts again: its new id, or why not.</summary>
    public async Task<(long? JobId, Reason? Refusal)> ReplayAsync(long id, Caller caller, CancellationToken cancel)
    {
        if (await queue.ReplayAsync(id, cancel) is not { } replayed)
            return (null, new Reason("job-unknown", "No dead job has this id. GET /api/jobs/dead lists those that can be replayed; one that was replayed has a new id."));
        LogMessages.JobReplayed(log, id, replayed, caller.UserName);
        return (replayed, null);
    }
}
