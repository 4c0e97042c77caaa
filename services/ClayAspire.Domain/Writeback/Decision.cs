using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>What is done with a cell. Value is three-valued elsewhere (leave, set, clear); a merge rule never clears, only an undo does.</summary>
public enum Verdict
{
    /// <summary>The value is to be written.</summary>
    Write,

    /// <summary>The live value stays; nothing is wrong.</summary>
    Keep,

    /// <summary>Not now: somebody must act first. The candidate is kept.</summary>
    Hold,

    /// <summary>Never under this policy.</summary>
    Refuse,
}

/// <summary>Why a cell was decided as it was: a stable code for machines, a sentence for people.</summary>
/// <param name="Code">Stable, kebab-case; see <see cref="Reasons"/>.</param>
/// <param name="Text">A sentence that names the remedy where there is one.</param>
public sealed record Reason(string Code, string Text);

/// <summary>Why a change is released only by a named approval: an approver who names that very cell. An approval of the whole plan leaves it out.</summary>
[Flags]
public enum Caution
{
    /// <summary>The plan's approval suffices.</summary>
    None = 0,

    /// <summary>It replaces a value that is there (seed 1: "No overwrite of existing values unless explicitly approved").</summary>
    Overwrite = 1,

    /// <summary>Its source is less sure of it than the contract asks (seed 2: "Low-confidence results should be held back for manual review").</summary>
    LowConfidence = 2,
}

/// <summary>The total answer for one cell: never null, always with rule, policy version and the candidates that competed.</summary>
/// <param name="Verdict">What is done.</param>
/// <param name="Value">The value to write, where blank clears (an undo only); blank unless <see cref="Verdict"/> is <see cref="Verdict.Write"/>.</param>
/// <param name="Reason">Why.</param>
/// <param name="RuleId">The contract's rule, or the filter that answered.</param>
/// <param name="PolicyVersion">The policy that decided.</param>
/// <param name="Winner">The candidate that would win on merit; null when there was none to choose.</param>
/// <param name="Losers">The other candidates, best first.</param>
/// <param name="WaitsFor">For a hold, who must act.</param>
public sealed record Decision(
    Verdict Verdict,
    FieldValue Value,
    Reason Reason,
    string RuleId,
    string PolicyVersion,
    Candidate? Winner,
    IReadOnlyList<Candidate> Losers,
    string? WaitsFor = null)
{
    /// <summary>Why a write needs a named approval; <see cref="Writeback.Caution.None"/> for any other verdict.</summary>
    public Caution Caution { get; init; }

    /// <summary>Whether only an approval that names the cell releases it.</summary>
    public bool NeedsNamedApproval => Verdict == Verdict.Write && Caution != Caution.None;
}
