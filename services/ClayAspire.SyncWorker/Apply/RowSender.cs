using ClayAspire.Connectors;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>What became of the cells of one batch at the CRM.</summary>
internal sealed class SendResult
{
    public List<RunCellRow> Accepted { get; } = [];

    public List<(RunCellRow Cell, RowOutcome.Rejected Why)> Rejected { get; } = [];

    public List<RunCellRow> Unknown { get; } = [];

    /// <summary>Whether a lost answer may belong to a write that still runs at the CRM.</summary>
    public bool MayStillRun { get; set; }
}

/// <summary>
/// Sends one batch and judges it row by row. A row that the CRM refused for a passing reason is sent again, for nothing of it was written;
/// when the CRM blames some fields of a row, the others go once more without them. A row whose answer was lost is never sent again here.
/// </summary>
/// <param name="connector">The CRM.</param>
/// <param name="mustHoldLease">Throws when the job is not ours any more; asked before every single send.</param>
/// <param name="clock">The clock of the waits.</param>
internal sealed class RowSender(ICrmConnector connector, Func<CancellationToken, Task> mustHoldLease, TimeProvider clock)
{
    private const int Attempts = 4;

    /// <summary>Records that a reason names.</summary>
    private const int MostNamed = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    public async Task<SendResult> SendAsync(string @object, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var result = new SendResult();
        var waiting = cells.GroupBy(c => c.RecordId, StringComparer.Ordinal).Select(g => g.ToList()).ToList();
        for (var attempt = 1; waiting.Count > 0; attempt++)
        {
            await mustHoldLease(cancel);
            var outcomes = await connector.UpdateAsync(@object, [.. waiting.Select(Update)], cancel);
            var again = new List<List<RunCellRow>>();
            var delay = TimeSpan.Zero;
            foreach (var (row, outcome) in waiting.Zip(outcomes))
            {
                switch (outcome)
                {
                    case RowOutcome.Accepted:
                        result.Accepted.AddRange(row);
                        break;
                    case RowOutcome.Unknown unknown:
                        result.Unknown.AddRange(row);
                        result.MayStillRun |= unknown.MayStillRun;
                        break;
                    case RowOutcome.Rejected rejected when row.Exists(c => rejected.Fields.Contains(c.Field)) && row.Exists(c => !rejected.Fields.Contains(c.Field)):
                        result.Rejected.AddRange(row.Where(c => rejected.Fields.Contains(c.Field)).Select(c => (c, rejected)));
                        again.Add([.. row.Where(c => !rejected.Fields.Contains(c.Field))]);
                        break;
                    case RowOutcome.Rejected { IsRetryable: true } when attempt < Attempts:
                        again.Add(row);
                        delay = FirstDelay * (1 << (attempt - 1));
                        break;
                    case RowOutcome.Rejected rejected:
                        result.Rejected.AddRange(row.Select(c => (c, rejected)));
                        break;
                    default:
                        throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
                }
            }
            waiting = again;
            if (waiting.Count > 0 && delay > TimeSpan.Zero)
                await Task.Delay(delay, clock, cancel);
        }
        return result;
    }

    /// <summary>A rejection as the run keeps it. What may succeed later without anybody acting goes back to waiting.</summary>
    public static CellMove Move(RunCellRow cell, RowOutcome.Rejected why) => new(
        cell.Ordinal, RunCellStates.Rejected, new Reason(why.Code, Words(why)),
        Candidates: why.IsRetryable || why.Rule.Action is ErrorAction.Follow or ErrorAction.Stop ? CandidateFate.Pending : CandidateFate.Default);

    // Records that a duplicate rule named are what a person has to look at.
    private static string Words(RowOutcome.Rejected why) => why.Matches.Count == 0
        ? why.Rule.Words
        : $"{why.Rule.Words} Rule {why.Matches[0].Rule} found it like {string.Join(", ", why.Matches.Take(MostNamed).Select(m => $"{m.Object} {m.Id}"))}{(why.Matches.Count > MostNamed ? $" and {why.Matches.Count - MostNamed} more" : "")}.";

    /// <summary>The update of one record's cells.</summary>
    public static RecordUpdate Update(List<RunCellRow> row) => new(
        row[0].RecordId,
        row.ToDictionary(c => c.Field, c => FieldValue.FromCanonical(c.NewValue) is { IsBlank: false } value ? FieldChange.Set(value) : FieldChange.Clear, StringComparer.Ordinal));
}
