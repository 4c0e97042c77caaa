using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Policy;

/// <summary>Where a field stands in its life (seed "Field Allowlist"). Anything unlisted is refused.</summary>
public enum ContractStatus
{
    /// <summary>May be written as its merge rule says.</summary>
    Active,

    /// <summary>Waits for Legal: candidates are held, not dropped, so that nothing must be enriched again on activation.</summary>
    PendingLegal,

    /// <summary>Was active; writes are refused until it is active again.</summary>
    Suspended,

    /// <summary>Never written by us: a formula, or another system's own field.</summary>
    ReadOnly,
}

/// <summary>How candidates of one field become one value.</summary>
public enum MergeRule
{
    /// <summary>True if any source says true; never unset. Convergent.</summary>
    Union,

    /// <summary>Set by the first event, never set again, never unset. Convergent.</summary>
    SetOnce,

    /// <summary>Latest by time of occurrence, ties by better source, then by value. Convergent.</summary>
    Latest,

    /// <summary>Only into a blank live value; highest-ranked source, then latest. Deterministic at the seal.</summary>
    FillBlank,

    /// <summary>Never written; recomputed and compared.</summary>
    ReadOnly,

    /// <summary>Highest-ranked source, then its latest; to replace a value takes a named approval. Deterministic at the seal.</summary>
    Ranked,

    /// <summary>
    /// A field that sales own: filled only while blank, and never offered as an overwrite; every value goes to its backup field as well,
    /// whose rule is <see cref="Latest"/>. Deterministic at the seal (seed 2: "use backup fields (job_title_clay)").
    /// </summary>
    Shadow,

    /// <summary>The latest move asked for, when the lifecycle's table has it. Deterministic at the seal.</summary>
    Stage,
}

/// <summary>What a merge rule promises (DESIGN section 6).</summary>
public enum RuleStrength
{
    /// <summary>The final value is the same whatever the order of arrival, duplication, batch split, moment of apply and crashes.</summary>
    Convergent,

    /// <summary>The same set of candidates known when the plan is sealed gives the same decision.</summary>
    DeterministicAtSeal,
}

/// <summary>What a contract keeps from being overwritten, whatever its merge rule says.</summary>
public enum Protection
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A value whose last edit was a person's (seed 2: "Skip sync if last_modified_by = sales_user").</summary>
    HumanEdits,
}

/// <summary>What the policy says of one field of one object of one connection.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="Field">The field's API name.</param>
/// <param name="Type">How its values are spelled and compared.</param>
/// <param name="Status">Where it stands in its life.</param>
/// <param name="Rule">How candidates become one value.</param>
/// <param name="Sources">The sources that may offer values, best first; a source that is not listed is refused.</param>
/// <param name="Owner">Who answers questions about this field: a role of the escalation path.</param>
/// <param name="MaxLength">Longest text in characters; null for no limit of ours.</param>
/// <param name="Values">For a picklist, the values allowed; empty when only the CRM's own list counts.</param>
/// <param name="Why">The seed sentence or decision this contract rests on.</param>
public sealed record FieldContract(
    string Connection,
    string Object,
    string Field,
    FieldType Type,
    ContractStatus Status,
    MergeRule Rule,
    IReadOnlyList<string> Sources,
    string Owner,
    int? MaxLength,
    IReadOnlyList<string> Values,
    string Why)
{
    /// <summary>For <see cref="MergeRule.Shadow"/>: the field that takes every value; null otherwise.</summary>
    public string? Backup { get; init; }

    /// <summary>For <see cref="MergeRule.Stage"/>: the moves that are allowed; null otherwise.</summary>
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>
    /// Below this confidence, 0 to 1, a value is written only by a named approval (seed 2: "low-confidence results should be held back for
    /// manual review"); null asks for none. A value whose source states no confidence passes.
    /// </summary>
    public double? MinConfidence { get; init; }

    /// <summary>What is kept from being overwritten, whatever <see cref="Rule"/> says.</summary>
    public Protection Protect { get; init; }

    /// <summary>Where the contract stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>The rule's id as it stands in decisions, plans and the ledger: <c>Lead.Industry:fill-blank</c>.</summary>
    public string RuleId => $"{Object}.{Field}:{RuleName(Rule)}";

    /// <summary>The rule's name as policy files spell it.</summary>
    public static string RuleName(MergeRule rule) => rule switch
    {
        MergeRule.Union => "union",
        MergeRule.SetOnce => "set-once",
        MergeRule.Latest => "latest",
        MergeRule.FillBlank => "fill-blank",
        MergeRule.ReadOnly => "read-only",
        MergeRule.Ranked => "ranked",
        MergeRule.Shadow => "shadow",
        MergeRule.Stage => "stage",
    };
}
