using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Operations;

/// <summary>Which discrepancies an address asks for; pages and API read it alike.</summary>
/// <param name="Filter">Which.</param>
/// <param name="Sort">The column that sorts; null for the latest first.</param>
/// <param name="Descending">Whether the order is descending.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
internal sealed record DiscrepancyView(DiscrepancyFilter Filter, string? Sort, bool Descending, int Page, int Size)
{
    /// <summary>All states, in an address.</summary>
    public const string All = "all";

    /// <summary>The view: open ones unless the address says otherwise; what does not exist filters and sorts nothing.</summary>
    public static DiscrepancyView Of(TableQuery query, int usualSize)
    {
        var state = query["state"] ?? DiscrepancyStore.Open;
        return new DiscrepancyView(
            new DiscrepancyFilter(query["connection"], DiscrepancyStore.States.Contains(state) ? state : null, query["record"]),
            DiscrepancyStore.Sorts.Contains(query.Sort) ? query.Sort : null, query.Descending, query.Page,
            int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : usualSize);
    }

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(TableQuery query)
    {
        if (query.Sort is { } sort && !DiscrepancyStore.Sorts.Contains(sort))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", DiscrepancyStore.Sorts)}.");
        return query["state"] is { } state && state != All && !DiscrepancyStore.States.Contains(state)
            ? new Reason("bad-state", $"'{state}' is no state of a discrepancy. Use {string.Join(", ", DiscrepancyStore.States)} or {All}.")
            : null;
    }
}

/// <summary>A comparison of formulas, or where it is: exactly one of the two. One that is not done yet has the reason <c>check-pending</c>.</summary>
/// <param name="Check">The comparison.</param>
/// <param name="Refusal">Why there is none.</param>
internal sealed record FormulaCheckLookup(FormulaCheckRow? Check, Reason? Refusal)
{
    public const string Pending = "check-pending";

    public bool IsPending => Refusal?.Code == Pending;
}

/// <summary>Formulas that do not equal what they are made of: the list, a comparison on demand, and leaving one with a reason. Pages and API both go through here.</summary>
internal sealed class DiscrepancyDesk(
    DiscrepancyStore store, PolicySource policy, JobQueue queue, IIdSource ids, IDbContextFactory<SyncDbContext> database, ILogger<DiscrepancyDesk> log)
{
    /// <summary>The connections that have formulas to compare.</summary>
    public IReadOnlyList<string> Connections => [.. Compared.Select(c => c.Connection).Distinct(StringComparer.Ordinal)];

    /// <summary>The formulas that are compared.</summary>
    public IEnumerable<FieldContract> Compared => policy.Current.Contracts.Where(c => c.AnyOf.Count > 0);

    /// <summary>Asks the worker to compare a connection's formulas now. Repeating the request while one waits gives the same comparison.</summary>
    public async Task<(Guid CheckId, Reason? Refusal)> RequestAsync(string? connection, Caller caller, CancellationToken cancel)
    {
        if (connection is null || !Connections.Contains(connection))
        {
            return (default, new Reason("connection-unknown", Connections.Count == 0
                ? "The policy has no formula to compare: no contract has any_of."
                : $"The policy has no formula to compare on '{connection}'. It has some on {string.Join(", ", Connections)}."));
        }
        var job = await queue.EnqueueAsync(NewJob.CheckFormulas(new CheckFormulas(ids.Next(), connection, caller.UserName)), cancel);
        var id = JobPayload.Read<CheckFormulas>(job.Payload).CheckId;
        LogMessages.FormulaCheckAsked(log, id, connection, caller.UserName);
        return (id, null);
    }

    /// <summary>A comparison, or whether it is still being made.</summary>
    public async Task<FormulaCheckLookup> FindAsync(Guid id, CancellationToken cancel)
    {
        if (await store.FindCheckAsync(id, cancel) is { } check)
            return new FormulaCheckLookup(check, null);
        await using var db = await database.CreateDbContextAsync(cancel);
        var mark = $$"""{"checkId":"{{id:D}}"}""";
        var job = await db.Jobs.AsNoTracking().Where(j => j.Kind == JobKinds.CheckFormulas && EF.Functions.JsonContains(j.Payload, mark)).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel);
        if (job is null)
            return new FormulaCheckLookup(null, new Reason("check-unknown", "There is no comparison of formulas with this id."));
        if (job.State == JobStates.Dead)
            return new FormulaCheckLookup(null, new Reason("check-failed", "The formulas could not be compared. The job's errors on the page Runs say why; mend the cause and replay it there."));
        // Stored between the two looks.
        return job.State == JobStates.Completed && await store.FindCheckAsync(id, cancel) is { } stored
            ? new FormulaCheckLookup(stored, null)
            : new FormulaCheckLookup(null, new Reason(FormulaCheckLookup.Pending, "The formulas are being compared. Ask again in a moment."));
    }

    /// <summary>Leaves a discrepancy as it is, with a reason.</summary>
    public async Task<Reason?> AcceptAsync(Guid id, string? reason, Caller caller, CancellationToken cancel)
    {
        var refusal = await store.AcceptAsync(id, caller.UserName, caller.Roles, reason, cancel);
        if (refusal is null)
            LogMessages.DiscrepancyAccepted(log, id, caller.UserName);
        return refusal;
    }

    /// <summary>One page of them.</summary>
    public Task<PagedRows<DiscrepancyRow>> ListAsync(DiscrepancyView view, CancellationToken cancel) =>
        store.ListAsync(view.Filter, view.Sort, view.Descending, view.Page, view.Size, cancel);
}
