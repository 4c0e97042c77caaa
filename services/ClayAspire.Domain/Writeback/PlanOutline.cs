using System.Collections.Immutable;

namespace ClayAspire.Domain.Writeback;

/// <summary>What the release of a plan asks of one of its cells.</summary>
[Flags]
public enum CellMark : byte
{
    /// <summary>Nothing is written.</summary>
    None = 0,

    /// <summary>It is to be written.</summary>
    Change = 1,

    /// <summary>Only an approval that names it releases it.</summary>
    NeedsName = 2,
}

/// <summary>What a plan's release is checked on: one byte a cell instead of the cells, so that a plan of any size is checked in little memory.</summary>
/// <param name="head">The plan without its cells.</param>
/// <param name="hash">The hash, computed from the cells as they are.</param>
/// <param name="marks">A mark for each cell, by ordinal.</param>
public sealed class PlanOutline(PlanHead head, string hash, ImmutableArray<CellMark> marks)
{
    /// <summary>The plan without its cells.</summary>
    public PlanHead Head => head;

    /// <summary>The hash, computed from the cells as they are.</summary>
    public string Hash => hash;

    /// <summary>How many cells are to be written.</summary>
    public int Changes { get; } = marks.Count(m => m.HasFlag(CellMark.Change));

    /// <summary>Whether an approval of the whole plan releases anything.</summary>
    public bool HasPlainChanges { get; } = marks.Contains(CellMark.Change);

    /// <summary>Whether the cell of that ordinal is there and is to be written.</summary>
    public bool IsChange(int ordinal) => ordinal >= 0 && ordinal < marks.Length && marks[ordinal].HasFlag(CellMark.Change);

    /// <summary>The ordinals that an approval covers.</summary>
    public IEnumerable<int> CoveredBy(Approval approval) =>
        Enumerable.Range(0, marks.Length).Where(i => marks[i].HasFlag(CellMark.Change) && approval.Covers(i, marks[i].HasFlag(CellMark.NeedsName)));

    /// <summary>The mark of a cell.</summary>
    public static CellMark MarkOf(Verdict verdict, Caution caution) =>
        verdict != Verdict.Write ? CellMark.None : caution == Caution.None ? CellMark.Change : CellMark.Change | CellMark.NeedsName;
}
