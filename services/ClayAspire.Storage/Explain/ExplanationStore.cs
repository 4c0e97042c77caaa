using System.Text.Json;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Suppression;
using Npgsql;

namespace ClayAspire.Storage.Explain;

/// <summary>A field of a record of which something is known.</summary>
/// <param name="Field">The field.</param>
/// <param name="Offers">How many values were offered for it.</param>
/// <param name="Plans">How many plans decided it.</param>
/// <param name="Verdict">The last verdict.</param>
/// <param name="Reason">The last reason.</param>
public sealed record KnownField(string Field, long Offers, long Plans, string? Verdict, string? Reason);

/// <summary>Reads what is stored of one cell, for its explanation. Reads only, each by an index, and never more than a bounded number of rows.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="suppression">What the list says of the record.</param>
public sealed class ExplanationStore(NpgsqlDataSource dataSource, SuppressionStore suppression)
{
    /// <summary>The most offers, plans, runs, edits and looks that one explanation reads, each; the latest are read.</summary>
    public const int MostRows = 100;

    private const int MostFields = 300;

    /// <summary>The facts of a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="rules">How suppressed records are told.</param>
    /// <param name="cancel">Cancels the read.</param>
    public async Task<CellFacts> FactsAsync(CellKey cell, SuppressionRules rules, CancellationToken cancel)
    {
        var mirror = await Of("Explain/MirrorReadingGet.sql", cell).ReadOneAsync(r => new MirrorReading(
            Enum.Parse<RecordState>(r.GetString(0), ignoreCase: true), FieldValue.FromCanonical(r.TextOrNull(1)), r.GetBoolean(2), r.At(3)), cancel);
        // One row more than is kept, to know whether there are more.
        var offers = await Of("Explain/OfferGet.sql", cell).With("limit", MostRows + 1).ReadAllAsync(r => new Offer(
            new Candidate(r.GetInt64(0), r.GetString(1), r.At(2), FieldValue.FromCanonical(r.GetString(3)), r.GetString(4) == "settled") { Confidence = r.IsDBNull(7) ? null : r.GetDouble(7) },
            r.GetString(5), r.GetString(4), r.At(6)), cancel);
        var plans = await Of("Explain/PlanMentionGet.sql", cell).With("limit", MostRows + 1).ReadAllAsync(Plan, cancel);
        var runs = await Of("Explain/RunMentionGet.sql", cell).With("limit", MostRows + 1).ReadAllAsync(r => new RunMention(
            r.GetGuid(0), r.GetGuid(1), r.GetString(2), FieldValue.FromCanonical(r.TextOrNull(3)), FieldValue.FromCanonical(r.TextOrNull(4)),
            r.TextOrNull(5) is { } code ? new Reason(code, r.TextOrNull(6) ?? code) : null, r.At(7), r.AtOrNull(8), r.AtOrNull(9), r.AtOrNull(10)), cancel);
        var edits = await Of("Explain/FieldEditGet.sql", cell).With("limit", MostRows + 1).ReadAllAsync(r => r.FieldEdit(0), cancel);
        var drifts = await Of("Explain/DriftLookGet.sql", cell).With("limit", MostRows + 1).ReadAllAsync(r => new DriftMention(
            r.At(0), DriftOutcomes.Read(r.GetString(1)), FieldValue.FromCanonical(r.TextOrNull(2)), FieldValue.FromCanonical(r.TextOrNull(3)),
            r.TextOrNull(4) is { } by ? EditorKinds.ByName[by] : EditorKind.Unknown, r.Gap(5)), cancel);
        var isCut = new[] { offers.Count, plans.Count, runs.Count, edits.Count, drifts.Count }.Any(n => n > MostRows);
        return new CellFacts(cell, mirror, Kept(offers), Kept(plans), Kept(runs), isCut)
        {
            Edits = Kept(edits),
            Drifts = Kept(drifts),
            Suppression = await SuppressionAsync(cell, rules, cancel),
        };
    }

    private async Task<SuppressionFacts> SuppressionAsync(CellKey cell, SuppressionRules rules, CancellationToken cancel)
    {
        if (rules.Of(cell.Record.Connection, cell.Record.Object) is not { } told || await Of("Explain/SuppressionFieldGet.sql", cell).ScalarAsync(cancel) is not string text)
            return SuppressionFacts.None;
        using var fields = JsonDocument.Parse(text);
        var values = fields.RootElement.EnumerateObject().ToDictionary(f => f.Name, f => FieldValue.FromCanonical(f.Value.GetString()), StringComparer.Ordinal);
        // The mirror keeps no blanks.
        return SuppressionFacts.Assumed(values, [.. (await suppression.FindAsync([.. told.Matches(values)], cancel)).SelectMany(l => l)]);
    }

    /// <summary>The fields of a record of which something is known; those that something was offered for come first.</summary>
    public async Task<IReadOnlyList<KnownField>> FieldsAsync(RecordKey record, CancellationToken cancel) =>
        await dataSource.Command("Explain/KnownFieldGet.sql").With("connection", record.Connection).With("object", record.Object).With("record", record.Id).With("limit", MostFields)
            .ReadAllAsync(r => new KnownField(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.TextOrNull(3), r.TextOrNull(4)), cancel);

    private NpgsqlCommand Of(string path, CellKey cell) => dataSource.Command(path)
        .With("connection", cell.Record.Connection).With("object", cell.Record.Object).With("record", cell.Record.Id).With("field", cell.Field);

    private static PlanMention Plan(NpgsqlDataReader r)
    {
        var (winner, losers) = EvidenceJson.Read(r.GetString(12));
        var decision = new Decision(
            Enum.Parse<Verdict>(r.GetString(6)), FieldValue.FromCanonical(r.TextOrNull(8)), new Reason(r.GetString(9), r.GetString(10)), r.GetString(11), r.GetString(5),
            winner, losers, r.TextOrNull(13))
        {
            Caution = CautionText.Read(r.TextOrNull(19)),
        };
        var release = r.TextOrNull(14) is { } verdict ? new ReleaseMention(verdict == "approved", r.GetString(15), r.At(16), r.TextOrNull(17), r.GetBoolean(18)) : null;
        return new PlanMention(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetString(3), r.At(4), FieldValue.FromCanonical(r.TextOrNull(7)), decision, release)
        {
            Declined = r.TextOrNull(20) is { } by ? new DeclineMention(by, r.At(21), r.GetString(22)) : null,
        };
    }

    /// <summary>The rows come latest first; the story is told earliest first.</summary>
    private static List<T> Kept<T>(List<T> rows) => [.. rows.Take(MostRows).Reverse()];
}
