using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
public readonly record struct PlanCost(int ApiCalls, decimal Credits);

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
    private Plan(Guid id, string connection, string flow, string policyVersion, string author, DateTimeOffset sealedAt, DateTimeOffset expiresAt, ImmutableArray<PlannedCell> cells, PlanCost cost, Guid? undoesRun)
    {
        Id = id;
        Connection = connection;
        Flow = flow;
        PolicyVersion = policyVersion;
        Author = author;
        SealedAt = sealedAt;
        ExpiresAt = expiresAt;
        Cells = cells;
        Cost = cost;
        UndoesRun = undoesRun;
        Hash = ComputeHash();
    }

    /// <summary>The plan's id.</summary>
    public Guid Id { get; }

    /// <summary>The connection it writes to.</summary>
    public string Connection { get; }

    /// <summary>The flow it was made for.</summary>
    public string Flow { get; }

    /// <summary>The policy that decided its cells.</summary>
    public string PolicyVersion { get; }

    /// <summary>Who asked for it: a user name, or <c>scheduler</c>.</summary>
    public string Author { get; }

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset SealedAt { get; }

    /// <summary>When it can no longer be released.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>All decided cells, changes first in the order of <see cref="PlannedCell.Ordinal"/>.</summary>
    public ImmutableArray<PlannedCell> Cells { get; }

    /// <summary>What applying it will cost.</summary>
    public PlanCost Cost { get; }

    /// <summary>The run that it takes back; null for a plan that writes what candidates offer.</summary>
    public Guid? UndoesRun { get; }

    /// <summary>What it is for.</summary>
    public PlanKind Kind => UndoesRun is null ? PlanKind.Writeback : PlanKind.Undo;

    /// <summary>SHA-256 over everything above, in lower-case hex.</summary>
    public string Hash { get; }

    /// <summary>The cells that are to be written.</summary>
    public IEnumerable<PlannedCell> Changes => Cells.Where(c => c.IsChange);

    /// <summary>The changes that an approval of the whole plan releases: those that need no named approval.</summary>
    public IEnumerable<PlannedCell> PlainChanges => Cells.Where(c => c.IsChange && !c.NeedsNamedApproval);

    /// <summary>Whether there is anything to apply. One of three separate facts with Complete and Errored, which the store keeps (DESIGN section 7).</summary>
    public bool IsApplyable => Cells.Any(c => c.IsChange);

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
        return new Plan(id, connection, flow, policyVersion, author, Truncate(sealedAt), Truncate(expiresAt), array, cost, undoesRun);
    }

    // PostgreSQL keeps microseconds; a hash over finer time would not survive storage.
    private static DateTimeOffset Truncate(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Feed(string? text)
        {
            // Length-prefixed, so that no two different sequences of texts feed the same bytes.
            var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
            hash.AppendData(Encoding.ASCII.GetBytes(text is null ? "-;" : string.Create(CultureInfo.InvariantCulture, $"{bytes.Length};")));
            hash.AppendData(bytes);
        }
        // Only an undo feeds its kind and run: plans sealed before there were undos keep their hash.
        if (UndoesRun is { } run)
        {
            Feed("undo");
            Feed(run.ToString("D"));
        }
        Feed(Id.ToString("D"));
        Feed(Connection);
        Feed(Flow);
        Feed(PolicyVersion);
        Feed(Author);
        Feed(SealedAt.ToString("O", CultureInfo.InvariantCulture));
        Feed(ExpiresAt.ToString("O", CultureInfo.InvariantCulture));
        Feed(Cost.ApiCalls.ToString(CultureInfo.InvariantCulture));
        Feed(Cost.Credits.ToString("0.######", CultureInfo.InvariantCulture));
        foreach (var cell in Cells)
        {
            Feed(cell.Cell.Record.Object);
            Feed(cell.Cell.Record.Id);
            Feed(cell.Cell.Field);
            Feed(cell.Old.Text);
            Feed(cell.RecordVersion);
            Feed(cell.Decision.Verdict.ToString());
            Feed(cell.Decision.Value.Text);
            Feed(cell.Decision.Reason.Code);
            Feed(cell.Decision.RuleId);
            Feed(cell.Decision.Winner?.SignalId.ToString(CultureInfo.InvariantCulture));
            foreach (var loser in cell.Decision.Losers)
                Feed(loser.SignalId.ToString(CultureInfo.InvariantCulture));
            // Fed only where there is one: plans sealed before there were cautions keep their hash.
            if (cell.Decision.Caution != Caution.None)
                Feed(cell.Decision.Caution.ToString());
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
