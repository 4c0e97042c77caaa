using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Operations;

/// <summary>Values that wait for somebody to act, per field.</summary>
internal sealed record HeldField(string Connection, string Object, string Field, long Values);

/// <summary>Where the main path stands right now.</summary>
internal sealed record PathState(long SignalsPending, long Unresolved, long Quarantined, long CandidatesPending, long CandidatesHeld, long JobsDead, DateTimeOffset? LastSignalAt);

/// <summary>What became of cells in a stretch of time.</summary>
internal sealed record CellOutcomes(long Verified, long Rejected, long Skipped);

/// <summary>The oldest plan that waits, per connection and flow.</summary>
internal sealed record WaitingFlow(string Connection, string Flow, DateTimeOffset OldestSealedAt);

/// <summary>Counts over tables, for headers, tiles and filters. Reads only.</summary>
internal sealed class Overview(IDbContextFactory<SyncDbContext> database, TimeProvider clock)
{
    /// <summary>How a sealed plan that holds only holds, keeps and refusals is shown; it is no state of its own.</summary>
    public const string NothingToRelease = "nothing-to-release";

    /// <summary>How many plans wait for release: they hold a change and can still be released.</summary>
    public async Task<int> WaitingPlansAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        return await db.Plans.CountAsync(p => p.State == PlanStates.Sealed && p.Applyable && p.ExpiresAt > now, cancel);
    }

    /// <summary>Plans by state; sealed ones without a change count as <see cref="NothingToRelease"/>, whose release nobody waits for.</summary>
    public async Task<IReadOnlyDictionary<string, int>> PlanStatesAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        return await db.Plans.GroupBy(p => p.State == PlanStates.Sealed && !p.Applyable ? NothingToRelease : p.State)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
    }

    /// <summary>The oldest waiting plan per flow.</summary>
    public async Task<IReadOnlyList<WaitingFlow>> WaitingFlowsAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        return await db.Plans.Where(p => p.State == PlanStates.Sealed && p.Applyable && p.ExpiresAt > now)
            .GroupBy(p => new { p.Connection, p.Flow })
            .Select(g => new WaitingFlow(g.Key.Connection, g.Key.Flow, g.Min(p => p.SealedAt)))
            .ToListAsync(cancel);
    }

    /// <summary>The cells of a run by state, counted now. A run that no worker has taken yet has all of them planned.</summary>
    public async Task<IReadOnlyDictionary<string, int>> RunCellStatesAsync(RunRow run, CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var states = await db.RunCells.Where(c => c.RunId == run.Id).GroupBy(c => c.State).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancel);
        if (states.Count == 0)
            states[RunCellStates.Planned] = run.Planned;
        return states;
    }

    /// <summary>Runs that are not at their end.</summary>
    public async Task<IReadOnlyList<RunRow>> OpenRunsAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        return await db.Runs.AsNoTracking()
            .Where(r => r.State == RunStates.Queued || r.State == RunStates.Running || r.State == RunStates.Paused)
            .OrderByDescending(r => r.QueuedAt).Take(10).ToListAsync(cancel);
    }

    /// <summary>Values held, by field, most first.</summary>
    public async Task<IReadOnlyList<HeldField>> HeldFieldsAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var rows = await db.Candidates.Where(c => c.State == CandidateStates.Held)
            .GroupBy(c => new { c.Connection, c.Object, c.Field })
            .Select(g => new { g.Key.Connection, g.Key.Object, g.Key.Field, Count = g.LongCount() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Field).ToListAsync(cancel);
        return [.. rows.Select(r => new HeldField(r.Connection, r.Object, r.Field, r.Count))];
    }

    /// <summary>Where the main path stands.</summary>
    public async Task<PathState> PathAsync(CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        return new PathState(
            await db.SignalOutcomes.LongCountAsync(o => o.State == SignalOutcomes.Pending, cancel),
            await db.SignalOutcomes.LongCountAsync(o => o.State == SignalOutcomes.Ambiguous || o.State == SignalOutcomes.Unmatched, cancel),
            await db.Quarantine.LongCountAsync(cancel),
            await db.Candidates.LongCountAsync(c => c.State == CandidateStates.Pending, cancel),
            await db.Candidates.LongCountAsync(c => c.State == CandidateStates.Held, cancel),
            await db.Jobs.LongCountAsync(j => j.State == JobStates.Dead, cancel),
            await db.Signals.OrderByDescending(s => s.Id).Select(s => (DateTimeOffset?)s.ReceivedAt).FirstOrDefaultAsync(cancel));
    }

    /// <summary>What became of the cells of runs queued in the last days.</summary>
    public async Task<CellOutcomes> OutcomesAsync(int days, CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var since = clock.GetUtcNow().AddDays(-days);
        var sums = await db.Runs.Where(r => r.QueuedAt >= since).GroupBy(_ => 1)
            .Select(g => new { Verified = g.Sum(r => (long)r.Verified), Rejected = g.Sum(r => (long)r.Rejected), Skipped = g.Sum(r => (long)r.Skipped) })
            .FirstOrDefaultAsync(cancel);
        return sums is null ? new CellOutcomes(0, 0, 0) : new CellOutcomes(sums.Verified, sums.Rejected, sums.Skipped);
    }

    /// <summary>How many entries a ledger has.</summary>
    public async Task<long> LedgerLengthAsync(string connection, CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        return await db.LedgerEntries.Where(e => e.Connection == connection).MaxAsync(e => (long?)e.Sequence, cancel) ?? 0;
    }

    /// <summary>One page of a ledger, newest first, by kind and text.</summary>
    public async Task<(IReadOnlyList<LedgerEntryRow> Rows, long Total)> LedgerAsync(string connection, string? kind, string? text, int page, int size, CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var rows = db.LedgerEntries.AsNoTracking().Where(e => e.Connection == connection);
        if (!string.IsNullOrEmpty(kind))
            rows = rows.Where(e => e.Kind == kind);
        if (!string.IsNullOrWhiteSpace(text))
        {
            var pattern = LikePattern.Containing(text.Trim());
            rows = rows.Where(e => EF.Functions.ILike(e.Payload, pattern, LikePattern.Escape));
        }
        var total = await rows.LongCountAsync(cancel);
        return (await rows.OrderByDescending(e => e.Sequence).Skip((page - 1) * size).Take(size).ToListAsync(cancel), total);
    }
}

/// <summary>Text to look for, as an SQL pattern that takes its own signs literally.</summary>
internal static class LikePattern
{
    public const string Escape = "\\";

    public static string Containing(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}
