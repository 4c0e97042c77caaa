using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Permissions;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Permissions;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Operations;

/// <summary>Which findings an address asks for; pages and API read it alike.</summary>
internal sealed record PermissionView(PermissionFilter Filter, string? Sort, bool Descending, int Page, int Size)
{
    /// <summary>The view; what does not exist filters and sorts nothing.</summary>
    public static PermissionView Of(TableQuery query, int usualSize) => new(
        new PermissionFilter(Known(PermissionNaming.Areas, query["area"]), Known(PermissionNaming.Standings, query["standing"]), query["subject"]),
        query.Sort, query.Descending, query.Page,
        int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : usualSize);

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(TableQuery query)
    {
        if (query.Sort is { } sort && !PermissionAuditStore.Sorts.Contains(sort))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", PermissionAuditStore.Sorts)}.");
        if (query["area"] is { } area && !PermissionNaming.Areas.ContainsKey(area))
            return new Reason("bad-area", $"'{area}' is no area. Use {string.Join(", ", PermissionNaming.Areas.Keys)}.");
        if (query["standing"] is { } standing && !PermissionNaming.Standings.ContainsKey(standing))
            return new Reason("bad-standing", $"'{standing}' is no standing. Use {string.Join(", ", PermissionNaming.Standings.Keys)}.");
        return null;
    }

    private static string? Known<T>(IReadOnlyDictionary<string, T> names, string? name) => name is not null && names.ContainsKey(name) ? name : null;
}

/// <summary>An audit, or where it is: exactly one of the two. One that is not done yet has the reason <c>permission-audit-pending</c>.</summary>
/// <param name="Audit">The audit.</param>
/// <param name="Refusal">Why there is none.</param>
internal sealed record PermissionLookup(PermissionAuditRow? Audit, Reason? Refusal)
{
    public const string Pending = "permission-audit-pending";

    public bool IsPending => Refusal?.Code == Pending;
}

/// <summary>Audits of integration users, and asking the worker for one. Pages and API both go through here.</summary>
internal sealed class PermissionDesk(
    PermissionAuditStore store, PolicySource policy, JobQueue queue, IIdSource ids, IDbContextFactory<SyncDbContext> database, ILogger<PermissionDesk> log)
{
    /// <summary>The connections that can be audited: those of which permissions.yaml says what is to be.</summary>
    public IEnumerable<string> Connections => policy.Current.Permissions.Keys;

    /// <summary>Asks the worker to read and judge now. Repeating the request while one waits gives the same audit.</summary>
    public async Task<(Guid AuditId, Reason? Refusal)> RequestAsync(string? connection, Caller caller, CancellationToken cancel)
    {
        if (connection is null || !policy.Current.Connections.Contains(connection))
            return (default, new Reason("connection-unknown", $"The policy has no connection '{connection}'. It has {string.Join(", ", policy.Current.Connections)}."));
        if (!policy.Current.Permissions.ContainsKey(connection))
            return (default, new Reason("permissions-not-stated", $"permissions.yaml does not say what the user of '{connection}' is to have. Add it there; it has {string.Join(", ", Connections)}."));
        var job = await queue.EnqueueAsync(NewJob.AuditPermissions(new AuditPermissions(ids.Next(), connection, caller.UserName)), cancel);
        var id = JobPayload.Read<AuditPermissions>(job.Payload).AuditId;
        LogMessages.PermissionAuditAsked(log, id, connection, caller.UserName);
        return (id, null);
    }

    /// <summary>An audit, or whether it is still going on.</summary>
    public async Task<PermissionLookup> FindAsync(Guid id, CancellationToken cancel)
    {
        if (await store.FindAsync(id, cancel) is { } audit)
            return new PermissionLookup(audit, null);
        await using var db = await database.CreateDbContextAsync(cancel);
        var mark = $$"""{"auditId":"{{id:D}}"}""";
        var job = await db.Jobs.AsNoTracking().Where(j => j.Kind == JobKinds.AuditPermissions && EF.Functions.JsonContains(j.Payload, mark)).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel);
        if (job is null)
            return new PermissionLookup(null, new Reason("permission-audit-unknown", "There is no audit of permissions with this id."));
        if (job.State == JobStates.Dead)
            return new PermissionLookup(null, new Reason("permission-audit-failed", "The audit could not be made. The job's errors on the page Runs say why; mend the cause and replay it there."));
        // Stored between the two looks.
        return job.State == JobStates.Completed && await store.FindAsync(id, cancel) is { } stored
            ? new PermissionLookup(stored, null)
            : new PermissionLookup(null, new Reason(PermissionLookup.Pending, "The worker is reading the CRM. Ask again in a moment."));
    }

    /// <summary>The latest audit of a connection; of any when none is named.</summary>
    public async Task<PermissionAuditRow?> LatestAsync(string? connection, CancellationToken cancel) =>
        (await store.LatestAsync(cancel)).FirstOrDefault(a => connection is null || a.Connection == connection);
}
