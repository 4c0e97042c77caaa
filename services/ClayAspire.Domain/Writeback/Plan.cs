using System.Collections.Immutable;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>One decided cell of a plan. Holds and refusals stand in the plan too, so that nothing is dropped silently.</summary>
/// <param name="Ordinal">Its place in the plan, from 0.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Old">The live value when the plan was sealed.</param>
/// <param name="RecordVersion">The record's version when the plan was sealed.</param>
/// <param name="Decision">The decision with its evidence.</param>
public sealed record PlannedCell(int Ordinal, CellKey Cell, FieldValue Old, string RecordVersion, Decision Decision)
{
    /// <summary>Whether this cell is to be written.</summary>
    public bool IsChange => Decision.Verdict == Verdict.Write;

    /// <summary>Whether only an approval that names this cell releases it.</summary>
    public bool NeedsNamedApproval => Decision.NeedsNamedApproval;
}

/// <summary>What applying a plan will cost.</summary>
/// <param name="ApiCalls">Calls to the CRM, reads and read-back included.</param>
/// <param name="Credits">Enrichment credits; 0 for plans that only write.</param>
/// <param name="Seconds">How long it will take, in whole seconds, estimated from the calls and the pace of earlier runs; 0 when nothing is estimated.</param>
public readonly record struct PlanCost(int ApiCalls, decimal Credits, int Seconds = 0);

/// <summary>What a plan is for.</summary>
public enum PlanKind
{
    /// <summary>Writes what candidates offer; decided by <see cref="CellDecider"/>.</summary>
    Writeback,

    /// <summary>Takes back what a run wrote; decided by <see cref="UndoDecider"/>.</summary>
    Undo,
}

/// <summary>
/// A sealed, immutable set of decided cells of one flow. Its hash covers everything that an approver sees;
/// apply accepts a <see cref="ReleasedPlan"/> only.
/// </summary>
public sealed class Plan
{
    private Plan(PlanHead head, ImmutableArray<PlannedCell> cells)
    {
        Head = head;
        Cells = cells;
        using var hash = new PlanHash(head);
        foreach (var cell in cells)
            hash.Add(cell);
        Hash = hash.End();
    }

    /// <summary>What it is, without its cells.</summary>
    public PlanHead Head { get; }

    /// <summary>The plan's id.</summary>
    public Guid Id => Head.Id;

    /// <summary>The connection it writes to.</summary>
    public string Connection => Head.Connection;

    /// <summary>The flow it was made for.</summary>
    public string Flow => Head.Flow;

    /// <summary>The policy that decided its cells.</summary>
    public string PolicyVersion => Head.PolicyVersion;

    /// <summary>Who asked for it: a user name, or <c>scheduler</c>.</summary>
    public string Author => Head.Author;

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset SealedAt => Head.SealedAt;

    /// <summary>When it can no longer be released.</summary>
    public DateTimeOffset ExpiresAt => Head.ExpiresAt;

    /// <summary>All decided cells, changes first in the order of <see cref="PlannedCell.Ordinal"/>.</summary>
    public ImmutableArray<PlannedCell> Cells { get; }

    /// <summary>What applying it will cost.</summary>
    public PlanCost Cost => Head.Cost;

    /// <summary>The run that it takes back; null for a plan that writes what candidates offer.</summary>
    public Guid? UndoesRun => Head.UndoesRun;

    /// <summary>What it is for.</summary>
    public PlanKind Kind => Head.Kind;

    /// <summary>SHA-256 over everything above, in lower-case hex.</summary>
    public string Hash { get; }

    /// <summary>The cells that are to be written.</summary>
    public IEnumerable<PlannedCell> Changes => Cells.Where(c => c.IsChange);

    /// <summary>The changes that an approval of the whole plan releases: those that need no named approval.</summary>
    public IEnumerable<PlannedCell> PlainChanges => Cells.Where(c => c.IsChange && !c.NeedsNamedApproval);

    /// <summary>Whether there is anything to apply. One of three separate facts with Complete and Errored, which the store keeps (DESIGN section 7).</summary>
    public bool IsApplyable => Cells.Any(c => c.IsChange);

    /// <summary>What its release is checked on.</summary>
    public PlanOutline Outline() => new(Head, Hash, [.. Cells.Select(c => PlanOutline.MarkOf(c.Decision.Verdict, c.Decision.Caution))]);

    /// <summary>Seals a plan: from here on nothing in it changes.</summary>
    /// <exception cref="ArgumentException">The ordinals are not 0…n-1, a cell stands twice, or a cell belongs to another connection.</exception>
    public static Plan Seal(
        Guid id, string connection, string flow, string policyVersion, string author,
        DateTimeOffset sealedAt, DateTimeOffset expiresAt, IEnumerable<PlannedCell> cells, PlanCost cost, Guid? undoesRun = null)
    {
        var array = cells.OrderBy(c => c.Ordinal).ToImmutableArray();
        var seen = new HashSet<CellKey>(array.Length);
        for (var i = 0; i < array.Length; i++)
        {
            if (array[i].Ordinal != i)
                throw new ArgumentException($"Ordinals must run from 0 without a gap; found {array[i].Ordinal} at place {i}.", nameof(cells));
            if (!seen.Add(array[i].Cell))
                throw new ArgumentException($"The cell {array[i].Cell} stands twice.", nameof(cells));
            if (array[i].Cell.Record.Connection != connection)
                throw new ArgumentException($"The cell {array[i].Cell} belongs to another connection than '{connection}'.", nameof(cells));
        }
        return new Plan(new PlanHead(id, connection, flow, policyVersion, author, Truncate(sealedAt), Truncate(expiresAt), cost, undoesRun), array);
    }

    // PostgreSQL keeps microseconds; a hash over finer time would not survive storage.
    private static DateTimeOffset Truncate(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
