using System.Collections.Immutable;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <content>
/// Going through a stored plan at its approval. The cells are streamed past the hash and, when the policy changed, past the decider: a plan of
/// 100,000 cells costs the time of reading it once, and the memory of one row.
/// </content>
public sealed partial class PlanStore
{
    private const int CopiedColumns = 13;

    /// <summary>The plan's outline with its hash computed anew; each change that the approval covers is given to the tally.</summary>
    /// <exception cref="PlanAlteredException">The rows make no plan any more.</exception>
    private static async Task<PlanOutline> OutlineAsync(NpgsqlTransaction transaction, PlanRow plan, Approval approval, PolicyChangeTally? tally, CancellationToken cancel)
    {
        var head = HeadOf(plan);
        using var hash = new PlanHash(head);
        var marks = ImmutableArray.CreateBuilder<CellMark>(plan.Changes + plan.Keeps + plan.Holds + plan.Refusals);
        var losers = new List<long>();
        // COPY takes no parameters; the id is one of ours, never text.
        var sql = SqlText.Read("Plans/PlanCellCopyOut.sql").Replace("{plan_id}", plan.Id.ToString("D"), StringComparison.Ordinal);
        await using var copy = await transaction.ConnectionOf().BeginRawBinaryCopyAsync(sql, cancel);
        var rows = new BinaryCopyRows(copy, CopiedColumns);
        while (await rows.NextAsync(cancel))
        {
            try
            {
                var mark = Add(hash, rows, marks.Count, losers);
                if (tally is not null && mark.HasFlag(CellMark.Change) && approval.Covers(marks.Count, mark.HasFlag(CellMark.NeedsName)))
                    tally.Add(Rebuilt(plan, rows));
                marks.Add(mark);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or JsonException)
            {
                throw new PlanAlteredException(plan.Id, e);
            }
        }
        return new PlanOutline(head, hash.End(), marks.ToImmutable());
    }

    private static CellMark Add(PlanHash hash, BinaryCopyRows row, int place, List<long> losers)
    {
        // The hash covers the order of the cells; that their numbers have no gap is another matter.
        if (row.Int32(0) != place)
            throw new ArgumentException($"Ordinals must run from 0 without a gap; found {row.Int32(0)} at place {place}.");
        var verdict = VerdictOf(row[4]);
        var caution = row.IsNull(11) ? Caution.None : CautionText.Read(row.Text(11));
        losers.Clear();
        var winner = EvidenceJson.Signals(row.Json(12), losers);
        hash.Add(new CellText
        {
            Object = row[1],
            RecordId = row[2],
            Field = row[3],
            Verdict = verdict,
            Old = row[5],
            New = row[6],
            ReasonCode = row[7],
            RuleId = row[9],
            RecordVersion = row[10],
            Caution = caution,
            Winner = winner,
            Losers = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(losers),
        });
        return PlanOutline.MarkOf(verdict, caution);
    }

    private static PlannedCell Rebuilt(PlanRow plan, BinaryCopyRows row)
    {
        var (winner, losers) = EvidenceJson.Read(row.Json(12));
        return new PlannedCell(row.Int32(0), new CellKey(new RecordKey(plan.Connection, row.Text(1)!, row.Text(2)!), row.Text(3)!), FieldValue.FromCanonical(row.Text(5)), row.Text(10)!,
            new Decision(VerdictOf(row[4]), FieldValue.FromCanonical(row.Text(6)), new Reason(row.Text(7)!, row.Text(8)!), row.Text(9)!, plan.PolicyVersion, winner, losers)
            {
                Caution = CautionText.Read(row.Text(11)),
            });
    }

    private static PlanHead HeadOf(PlanRow row) =>
        new(row.Id, row.Connection, row.Flow, row.PolicyVersion, row.Author, row.SealedAt, row.ExpiresAt, new PlanCost(row.ApiCalls, row.Credits, row.ApplySeconds), row.UndoesRun);

    private static Verdict VerdictOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("Write"u8) ? Verdict.Write
        : text.SequenceEqual("Keep"u8) ? Verdict.Keep
        : text.SequenceEqual("Hold"u8) ? Verdict.Hold
        : text.SequenceEqual("Refuse"u8) ? Verdict.Refuse
        : throw new FormatException($"'{System.Text.Encoding.UTF8.GetString(text)}' is no verdict.");
}
