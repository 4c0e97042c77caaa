using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Policy;
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
    /// <summary>The columns of PlanCellStream.sql.</summary>
    private enum Streamed
    {
        Ordinal,
        Object,
        RecordId,
        Field,
        Verdict,
        Old,
        New,
        ReasonCode,
        RuleId,
        RecordVersion,
        Caution,
        HasWinner,
        Winner,
        Losers,
        Evidence,
        Reason,
        Count,
    }

    /// <summary>The plan's outline with its hash computed anew; each change that the approval covers is given to the tally.</summary>
    /// <exception cref="PlanAlteredException">The rows make no plan any more.</exception>
    private static async Task<PlanOutline> OutlineAsync(NpgsqlTransaction transaction, PlanRow plan, Approval approval, PolicyChangeTally? tally, CancellationToken cancel)
    {
        var head = HeadOf(plan);
        using var hash = new PlanHash(head);
        var marks = ImmutableArray.CreateBuilder<CellMark>(plan.Changes + plan.Keeps + plan.Holds + plan.Refusals);
        var losers = new List<long>();
        await using var command = transaction.Command("Plans/PlanCellStream.sql").With("plan_id", plan.Id).With("with_evidence", tally is not null);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new RecordRows(reader, (int)Streamed.Count);
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

    /// <summary>
    /// Whether nothing changed of what the plan's flow decides by, and every field that is written is Active still: then the same evidence leads to
    /// the same decisions, and nothing is decided anew. Apply decides each cell again with its live value, whatever is found here.
    /// </summary>
    private static async Task<bool> IsDecidedAlikeAsync(NpgsqlTransaction transaction, PlanRow plan, PolicySet policy, Flow flow, CancellationToken cancel)
    {
        if (plan.FlowFingerprint is not { } sealedBy || sealedBy != FlowFingerprint.Of(policy, flow))
            return false;
        var written = await transaction.Command("Plans/PlanCellGetWrittenFields.sql").With("plan_id", plan.Id).ReadAllAsync(r => (Object: r.GetString(0), Field: r.GetString(1)), cancel);
        return written.TrueForAll(f => policy.Contract(plan.Connection, f.Object, f.Field) is { Status: ContractStatus.Active });
    }

    private static CellMark Add(PlanHash hash, RecordRows row, int place, List<long> losers)
    {
        // The hash covers the order of the cells; that their numbers have no gap is another matter.
        if (row.Int32((int)Streamed.Ordinal) != place)
            throw new ArgumentException($"Ordinals must run from 0 without a gap; found {row.Int32((int)Streamed.Ordinal)} at place {place}.");
        var verdict = VerdictOf(row[(int)Streamed.Verdict]);
        var caution = CautionText.Read(row.Text((int)Streamed.Caution));
        losers.Clear();
        if (!row.IsNull((int)Streamed.Losers))
            EvidenceJson.Signals(row[(int)Streamed.Losers], losers);
        hash.Add(new CellText
        {
            Object = row[(int)Streamed.Object],
            RecordId = row[(int)Streamed.RecordId],
            Field = row[(int)Streamed.Field],
            Verdict = verdict,
            Old = row[(int)Streamed.Old],
            New = row[(int)Streamed.New],
            ReasonCode = row[(int)Streamed.ReasonCode],
            RuleId = row[(int)Streamed.RuleId],
            RecordVersion = row[(int)Streamed.RecordVersion],
            Caution = caution,
            Winner = row.Boolean((int)Streamed.HasWinner) ? SignalOf(row[(int)Streamed.Winner]) : null,
            Losers = CollectionsMarshal.AsSpan(losers),
        });
        return PlanOutline.MarkOf(verdict, caution);
    }

    private static PlannedCell Rebuilt(PlanRow plan, RecordRows row)
    {
        var (winner, losers) = EvidenceJson.Read(row[(int)Streamed.Evidence]);
        string Text(Streamed column) => row.Text((int)column) ?? "";
        return new PlannedCell(
            row.Int32((int)Streamed.Ordinal), new CellKey(new RecordKey(plan.Connection, Text(Streamed.Object), Text(Streamed.RecordId)), Text(Streamed.Field)),
            FieldValue.FromCanonical(row.Text((int)Streamed.Old)), Text(Streamed.RecordVersion),
            new Decision(
                VerdictOf(row[(int)Streamed.Verdict]), FieldValue.FromCanonical(row.Text((int)Streamed.New)), new Reason(Text(Streamed.ReasonCode), Text(Streamed.Reason)), Text(Streamed.RuleId),
                plan.PolicyVersion, winner, losers)
            {
                Caution = CautionText.Read(row.Text((int)Streamed.Caution)),
            });
    }

    private static PlanHead HeadOf(PlanRow row) => new(
        row.Id, row.Connection, row.Flow, row.PolicyVersion, row.Author, row.SealedAt, row.ExpiresAt, new PlanCost(row.ApiCalls, row.Credits, row.ApplySeconds), row.UndoesRun);

    private static long SignalOf(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long signal, out var read) && read == text.Length && read > 0
        ? signal
        : throw new FormatException("The winner's signal is no number.");

    private static Verdict VerdictOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("Write"u8) ? Verdict.Write
        : text.SequenceEqual("Keep"u8) ? Verdict.Keep
        : text.SequenceEqual("Hold"u8) ? Verdict.Hold
        : text.SequenceEqual("Refuse"u8) ? Verdict.Refuse
        : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no verdict.");
}
