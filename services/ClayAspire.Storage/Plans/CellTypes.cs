using System.Runtime.InteropServices;
using ClayAspire.Storage.Model;

namespace ClayAspire.Storage.Plans;

/// <summary>Which cells of a plan to list.</summary>
/// <param name="Verdict">With this verdict.</param>
/// <param name="Object">Of this object.</param>
/// <param name="Field">Of this field.</param>
/// <param name="Search">With this text in record id, field, values, reason or source; upper and lower case are equal.</param>
/// <param name="Sort">One of ordinal, object, record, field, verdict, reason, rule, source, old, new; default ordinal.</param>
/// <param name="Descending">Backwards.</param>
/// <param name="Number">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
/// <param name="Kind">Only changes of this kind; one of <see cref="ChangeKinds"/>.</param>
/// <param name="RecordId">Of this record.</param>
/// <param name="Rule">Answered by this rule.</param>
/// <param name="Source">Whose winning candidate came from this source.</param>
/// <param name="PlainOnly">Only changes that need no named approval.</param>
public sealed record CellFilter(
    string? Verdict = null, string? Object = null, string? Field = null, string? Search = null, string? Sort = null, bool Descending = false,
    int Number = 1, int Size = 50, string? Kind = null, string? RecordId = null, string? Rule = null, string? Source = null, bool PlainOnly = false);

/// <summary>The kinds of change that a plan's cells are filtered by.</summary>
public static class ChangeKinds
{
    /// <summary>Into a blank cell.</summary>
    public const string Fill = "fill";

    /// <summary>Over a value.</summary>
    public const string Overwrite = "overwrite";

    /// <summary>Empties the cell.</summary>
    public const string Clear = "clear";

    /// <summary>Released only by an approval that names it.</summary>
    public const string Named = "named";

    /// <summary>Released by an approval of the whole plan.</summary>
    public const string Plain = "plain";

    /// <summary>Of a confidence below what the contract asks.</summary>
    public const string LowConfidence = "low-confidence";

    /// <summary>Declined by a person.</summary>
    public const string Declined = "declined";

    /// <summary>Whose live value was found to differ from what the plan was sealed on.</summary>
    public const string Drifted = "drifted";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Fill, Overwrite, Clear, Named, Plain, LowConfidence, Declined, Drifted];

    /// <summary>
    /// Whether a filter by this kind names each change that it shows. Whoever filters by city or by fills does not name every overwrite and every
    /// doubtful value among them; whoever asks for the overwrites does.
    /// </summary>
    public static bool Names(string? kind) => kind is Named or Overwrite or LowConfidence;
}

/// <summary>What a plan's changes are grouped by.</summary>
public static class CellGroupings
{
    /// <summary>Object and field.</summary>
    public const string Field = "field";

    /// <summary>Object and record.</summary>
    public const string Record = "record";

    /// <summary>The rule that answered.</summary>
    public const string Rule = "rule";

    /// <summary>The winning candidate's source.</summary>
    public const string Source = "source";

    /// <summary>The kind of change. A change of low confidence stands under its kind and under low confidence.</summary>
    public const string Kind = "kind";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Field, Record, Rule, Source, Kind];

    /// <summary>The columns that groups are sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["changes", "named", "declined", "drifted"];
}

/// <summary>Changes of a plan that are alike.</summary>
/// <param name="Filter">What leads to exactly these changes, added to the filter that they were grouped under; for a group without a source it names none.</param>
/// <param name="Changes">How many.</param>
/// <param name="Named">Those of them that need a named approval.</param>
/// <param name="Declined">Those of them that were declined.</param>
/// <param name="Drifted">Those of them that were found drifted.</param>
/// <param name="Sample">The first of them.</param>
public sealed record CellGroup(CellFilter Filter, int Changes, int Named, int Declined, int Drifted, PlanCellRow Sample);

/// <summary>What became of a cell while its plan waits.</summary>
/// <param name="Declined">Who declined it and why; null when nobody did.</param>
/// <param name="Drift">What it holds now; null when it was not found drifted.</param>
public sealed record CellStanding(DeclinedCellRow? Declined, PlanDriftRow? Drift);

/// <summary>A cell with what became of it.</summary>
/// <param name="Cell">The cell, without its evidence.</param>
/// <param name="Standing">What became of it.</param>
public sealed record StandingCell(PlanCellRow Cell, CellStanding Standing);

/// <summary>A person's yes or no to a plan, without the list of its cells.</summary>
/// <param name="Approver">Who.</param>
/// <param name="Roles">The roles at that time.</param>
/// <param name="Verdict"><c>approved</c> or <c>refused</c>.</param>
/// <param name="Cells">How many changes were named; null for a whole plan.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="At">When.</param>
public sealed record PlanVerdict(string Approver, string[] Roles, string Verdict, int? Cells, string? Reason, DateTimeOffset At);

/// <summary>Declined changes of a plan.</summary>
/// <param name="All">How many.</param>
/// <param name="Plain">Those of them that would have needed no named approval.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeclinedCount(int All, int Plain);

/// <summary>Cells of a plan that were answered alike.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Code">The reason's code.</param>
/// <param name="Cells">How many.</param>
public sealed record ReasonCount(string Verdict, string Code, int Cells);
