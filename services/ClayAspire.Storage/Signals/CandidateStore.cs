using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Signals;

/// <summary>Values that signals offer: pending → planned → settled; held until the policy changes.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
public sealed class CandidateStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts)
{
    /// <summary>Adds candidates; one that its signal offered for that cell before is left as it is.</summary>
    /// <returns>How many are new.</returns>
    /// <exception cref="ArgumentException">A value is blank.</exception>
    public async Task<int> AddAsync(NpgsqlTransaction transaction, IReadOnlyList<NewCandidate> candidates, CancellationToken cancel)
    {
        if (candidates.Any(c => string.IsNullOrEmpty(c.Value)))
            throw new ArgumentException("A blank value is no candidate; blanks never clear a field.", nameof(candidates));
        return candidates.Count == 0 ? 0 : await transaction.Command("Signals/CandidateInsertUnlessKnown.sql")
            .With("signals", candidates.Select(c => c.SignalId)).With("flows", candidates.Select(c => c.Flow))
            .With("connections", candidates.Select(c => c.Cell.Record.Connection)).With("objects", candidates.Select(c => c.Cell.Record.Object))
            .With("records", candidates.Select(c => c.Cell.Record.Id)).With("fields", candidates.Select(c => c.Cell.Field))
            .With("values", candidates.Select(c => c.Value)).With("sources", candidates.Select(c => c.Source))
            .With("occurred", candidates.Select(c => c.OccurredAt)).With("confidences", candidates.Select(c => c.Confidence)).RunAsync(cancel);
    }

    /// <summary>The pending candidates of a flow, oldest first.</summary>
    public async Task<IReadOnlyList<CandidateRow>> PendingAsync(string connection, string flow, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Candidates.AsNoTracking()
            .Where(c => c.Connection == connection && c.Flow == flow && c.State == CandidateStates.Pending).OrderBy(c => c.Id).ToListAsync(cancel);
    }

    /// <summary>What a plan of this flow is decided on: every candidate, of all flows, of each cell that has a pending one of this flow.</summary>
    public async Task<IReadOnlyDictionary<CellKey, IReadOnlyList<Candidate>>> OfPendingCellsAsync(string connection, string flow, CancellationToken cancel) =>
        await ReadAsync(dataSource.Command("Signals/CandidateGetOfPendingCells.sql").With("connection", connection).With("flow", flow), cancel);

    /// <summary>Every candidate of the given cells; for the second check at apply.</summary>
    public async Task<IReadOnlyDictionary<CellKey, IReadOnlyList<Candidate>>> OfCellsAsync(IReadOnlyCollection<CellKey> cells, CancellationToken cancel) =>
        await ReadAsync(dataSource.Command("Signals/CandidateGetOfCells.sql")
            .With("connections", cells.Select(c => c.Record.Connection)).With("objects", cells.Select(c => c.Record.Object))
            .With("records", cells.Select(c => c.Record.Id)).With("fields", cells.Select(c => c.Field)), cancel);

    /// <summary>Moves candidates to a state. Plans and runs move theirs by themselves; this is for the rest.</summary>
    public Task<int> SetStatesAsync(NpgsqlTransaction transaction, IReadOnlyCollection<long> candidateIds, string state, CancellationToken cancel) =>
        transaction.Command("Signals/CandidateSetState.sql").With("ids", candidateIds).With("state", state).RunAsync(cancel);

    /// <summary>Makes candidates pending again that another policy version held.</summary>
    /// <param name="policyVersion">The version in force.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The flows that have something to plan again.</returns>
    public async Task<IReadOnlyList<ReleasedCandidates>> ReleaseHeldAsync(string policyVersion, CancellationToken cancel) =>
        await dataSource.Command("Signals/CandidateReleaseHeld.sql").With("policy_version", policyVersion)
            .ReadAllAsync(r => new ReleasedCandidates(r.GetString(0), r.GetString(1), r.GetInt32(2)), cancel);

    /// <summary>Makes candidates pending again that a plan held because of the CRM, long enough ago for somebody to have mended it.</summary>
    /// <param name="reasonCodes">The reasons that mean the CRM.</param>
    /// <param name="before">Plans sealed before then.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The flows that have something to plan again.</returns>
    public async Task<IReadOnlyList<ReleasedCandidates>> ReleaseHeldByCrmAsync(IReadOnlyCollection<string> reasonCodes, DateTimeOffset before, CancellationToken cancel) =>
        await dataSource.Command("Signals/CandidateReleaseHeldByCrm.sql").With("codes", reasonCodes).With("before", before)
            .ReadAllAsync(r => new ReleasedCandidates(r.GetString(0), r.GetString(1), r.GetInt32(2)), cancel);

    private static async Task<IReadOnlyDictionary<CellKey, IReadOnlyList<Candidate>>> ReadAsync(NpgsqlCommand command, CancellationToken cancel)
    {
        var rows = await command.ReadAllAsync(r => (
            Cell: new CellKey(new RecordKey(r.GetString(0), r.GetString(1), r.GetString(2)), r.GetString(3)),
            Candidate: new Candidate(r.GetInt64(4), r.GetString(5), r.At(6), FieldValue.FromCanonical(r.GetString(7)), r.GetBoolean(8)) { Confidence = r.IsDBNull(9) ? null : r.GetDouble(9) }), cancel);
        return rows.GroupBy(r => r.Cell).ToDictionary(g => g.Key, g => (IReadOnlyList<Candidate>)[.. g.Select(r => r.Candidate)]);
    }
}
