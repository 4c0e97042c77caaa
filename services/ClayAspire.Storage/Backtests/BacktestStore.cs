using System.Runtime.CompilerServices;
using System.Text.Json;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Npgsql;

namespace ClayAspire.Storage.Backtests;

/// <summary>A part of what a backtest reads: whole records, and signals without one.</summary>
/// <param name="Signals">How many signals it covers.</param>
/// <param name="Total">How many signals there are in all; the same in every part.</param>
/// <param name="Records">Records with all of their signals.</param>
/// <param name="Unplaced">Signals without a record, and why.</param>
public sealed record BacktestPart(int Signals, long Total, IReadOnlyList<RecordHistory> Records, IReadOnlyList<(Signal Signal, UnplacedReason Reason)> Unplaced);

/// <summary>Reads what a backtest replays: one snapshot of the database, read-only, record by record, never more than some thousand signals at once.</summary>
/// <param name="dataSource">The database.</param>
public sealed class BacktestStore(NpgsqlDataSource dataSource)
{
    /// <summary>Reads the signals of a window with all that is known of their records.</summary>
    /// <param name="window">The window.</param>
    /// <param name="kinds">The kinds of signal that count.</param>
    /// <param name="rules">How each policy tells suppressed records.</param>
    /// <param name="cancel">Ends the reading.</param>
    public async IAsyncEnumerable<BacktestPart> ReadAsync(BacktestWindow window, IEnumerable<string> kinds, IReadOnlyList<SuppressionRules> rules, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
        // The database itself refuses any write from here on.
        await transaction.Command("Backtests/ReadOnly.sql").RunAsync(cancel);
        // A policy file may spell what no database text holds.
        string[] counted = [.. kinds.Select(Storable.Text)];
        var total = (long)(await Of(transaction, "Backtests/SignalCount.sql", window).With("kinds", counted).ScalarAsync(cancel))!;
        await Of(transaction, "Backtests/SignalCursor.sql", window).With("kinds", counted).RunAsync(cancel);
        var kept = new List<Row>();
        while (true)
        {
            var fetched = await Unhurried(transaction.Command("Backtests/SignalFetch.sql"))
                .ReadAllAsync(r => new Row(r.GetInt64(0), r.GetString(1), r.TextOrNull(2), r.TextOrNull(3), r.TextOrNull(4)), cancel);
            kept.AddRange(fetched);
            if (kept.Count == 0)
                yield break;
            // The last record may go on in the next rows.
            var whole = fetched.Count == 0 || kept[^1].Record is not { } last ? kept.Count : kept.FindLastIndex(r => r.Record != last) + 1;
            if (whole > 0)
            {
                yield return await PartAsync(transaction, window, rules, kept.GetRange(0, whole), total, cancel);
                kept.RemoveRange(0, whole);
            }
        }
    }

    private static async Task<BacktestPart> PartAsync(NpgsqlTransaction transaction, BacktestWindow window, IReadOnlyList<SuppressionRules> rules, List<Row> rows, long total, CancellationToken cancel)
    {
        var signals = (await transaction.Command("Backtests/SignalGet.sql").With("ids", rows.Select(r => r.SignalId))
            .ReadAllAsync(r => new Signal(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.At(5), r.At(6)), cancel)).ToDictionary(s => s.Id);
        var byRecord = rows.Where(r => r.Record is not null).ToLookup(r => r.Record!.Value, r => signals[r.SignalId]);
        RecordKey[] keys = [.. byRecord.Select(g => g.Key)];
        NpgsqlCommand ForRecords(string path, bool inWindow = true) => (inWindow ? Of(transaction, path, window) : transaction.Command(path))
            .With("connections", keys.Select(k => k.Connection)).With("objects", keys.Select(k => k.Object)).With("records", keys.Select(k => k.Id));
        static RecordKey Key(NpgsqlDataReader r) => new(r.GetString(0), r.GetString(1), r.GetString(2));

        var plans = (await ForRecords("Backtests/PlanSightingGet.sql").ReadAllAsync(r => (Record: Key(r), Sighting: new PlanSighting(
            r.GetString(3), r.At(4), FieldValue.FromCanonical(r.TextOrNull(5)), Enum.Parse<Verdict>(r.GetString(6)), r.GetString(7), r.GetBoolean(8))), cancel))
            .ToLookup(x => x.Record, x => x.Sighting);
        var writes = (await ForRecords("Backtests/KnownWriteGet.sql").ReadAllAsync(r => (Record: Key(r), Write: new KnownWrite(
            r.GetString(3), r.At(4), FieldValue.FromCanonical(r.TextOrNull(5)), FieldValue.FromCanonical(r.TextOrNull(6)), r.GetBoolean(7))), cancel))
            .ToLookup(x => x.Record, x => x.Write);
        var mirror = (await ForRecords("Backtests/MirrorGet.sql", inWindow: false).ReadAllAsync(r => (Record: Key(r), Mirror: new KnownMirror(
            Enum.Parse<RecordState>(r.GetString(3), ignoreCase: true), r.At(4), r.GetString(5), Values(r.GetString(6)))), cancel))
            .ToDictionary(x => x.Record, x => x.Mirror);
        var earlier = (await ForRecords("Backtests/EarlierOfferGet.sql").ReadAllAsync(r => (Record: Key(r), Offer: new EarlierOffer(
            r.GetString(3), r.GetString(4), new Candidate(r.GetInt64(5), r.GetString(6), r.At(7), FieldValue.FromCanonical(r.GetString(8)), r.GetBoolean(9)) { Confidence = r.IsDBNull(10) ? null : r.GetDouble(10) })), cancel))
            .ToLookup(x => x.Record, x => x.Offer);
        var matches = mirror.SelectMany(m => rules.Select(r => r.Of(m.Key.Connection, m.Key.Object)).OfType<SuppressedObject>().SelectMany(o => o.Matches(m.Value.Values)));
        var listed = await SuppressionStore.FindAsync(transaction.Command(SuppressionStore.FindSql), [.. matches.Distinct(StringComparer.Ordinal)], cancel);
        var edits = (await ForRecords("Backtests/KnownEditGet.sql", inWindow: false).With("to", window.To).ReadAllAsync(r => (Record: Key(r), Edit: new KnownEdit(r.GetString(3), r.FieldEdit(4))), cancel))
            .ToLookup(x => x.Record, x => x.Edit);
        return new BacktestPart(rows.Count, total,
            [.. keys.Select(k => new RecordHistory(k, [.. byRecord[k]], [.. plans[k]], [.. writes[k]], mirror.GetValueOrDefault(k), [.. earlier[k]]) { Listed = listed, Edits = [.. edits[k]] })],
            [.. rows.Where(r => r.Record is null).Select(r => (signals[r.SignalId], Reason(r.State)))]);
    }

    private static Dictionary<string, FieldValue> Values(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(p => p.Name, p => FieldValue.FromCanonical(p.Value.GetString()), StringComparer.Ordinal);
    }

    private static UnplacedReason Reason(string state) => state switch
    {
        SignalOutcomes.Pending => UnplacedReason.Pending,
        SignalOutcomes.Ambiguous => UnplacedReason.Ambiguous,
        SignalOutcomes.Unmatched => UnplacedReason.Unmatched,
        SignalOutcomes.Ignored => UnplacedReason.Ignored,
        _ => throw new InvalidOperationException($"A signal of state '{state}' has no record."),
    };

    private static NpgsqlCommand Of(NpgsqlTransaction transaction, string path, BacktestWindow window) =>
        Unhurried(transaction.Command(path)).With("from", window.From).With("to", window.To);

    /// <summary>The whole window is sorted before its first row comes: as long as that takes; the caller's cancellation ends it.</summary>
    private static NpgsqlCommand Unhurried(NpgsqlCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    private readonly record struct Row(long SignalId, string State, string? Connection, string? Object, string? RecordId)
    {
        public RecordKey? Record => State == SignalOutcomes.Resolved ? new RecordKey(Connection!, Object!, RecordId!) : null;
    }
}
