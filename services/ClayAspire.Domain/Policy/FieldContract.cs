using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>Where a field stands in its life (seed "Field Allowlist"), in the order of that life. Anything unlisted is refused.</summary>
public enum ContractStatus
{
    /// <summary>Being written: candidates are held for the contract's owner, who sends it to Legal.</summary>
    Draft,

    /// <summary>Waits for Legal: candidates are held, not dropped, so that nothing must be enriched again on activation.</summary>
    PendingLegal,

    /// <summary>May be written as its merge rule says.</summary>
    Active,

    /// <summary>Was active. By the files: writes are refused. From the console: candidates are held until it is resumed.</summary>
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

    /// <summary>How a free text must be written; null for fields that are no free text. The parser asks one of every text field that may be written.</summary>
    public IStandard? Standard { get; init; }

    /// <summary>For standard <c>phone</c>: the region, as ISO 3166 code, whose national numbers are understood; null when only international ones are.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// Reads what a source sent for this field: by its type, and then in its standard. The one reading that offers, decisions and checks share.
    /// </summary>
    /// <param name="raw">The text as received, or a value that was read before: a value in canonical form is read as itself.</param>
    /// <param name="value">The canonical value; blank when the text is a spelling of "no value", and when the result is false.</param>
    /// <param name="fault">Why the text cannot be read: <c>wrong-type</c> or <c>not-standard</c>.</param>
    public bool TryRead(string? raw, out FieldValue value, [NotNullWhen(false)] out Reason? fault)
    {
        fault = null;
        if (!FieldCodec.TryParse(Type, raw, out value))
        {
            fault = Reasons.WrongType(this);
        }
        else if (Standard is not null && !value.IsBlank)
        {
            if (Standard.TryStandardise(value.Text!, out var canonical, out var why))
                value = FieldValue.FromCanonical(canonical);
            else
                fault = Reasons.NotStandard(this, why);
        }
        if (fault is not null)
            value = FieldValue.Blank;
        return fault is null;
    }

    /// <summary>
    /// What a live value is compared as: its standard form where it has one, so that 'USA' is 'United States'; otherwise the value itself.
    /// Only for comparing in a decision; plans, drift checks and read-backs hold the value as the CRM has it.
    /// </summary>
    public FieldValue Comparable(FieldValue live) =>
        Standard is not null && !live.IsBlank && Standard.TryStandardise(live.Text!, out var canonical, out _) ? FieldValue.FromCanonical(canonical) : live;

    /// <summary>What is kept from being overwritten, whatever <see cref="Rule"/> says.</summary>
    public Protection Protect { get; init; }

    /// <summary>
    /// For a formula: the fields of the same record of which it is true when any is, in the order in which they are checked when it is not
    /// (seed 1: "overall_hard_bounced__c = Pardot HB OR Clay HB"); empty when nothing is compared. Never decides what is written.
    /// </summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    /// <summary>What happens to values offered for a lead that was converted.</summary>
    public OnConversion OnConversion { get; init; }

    /// <summary>Where the contract stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>How the status in force came about; null as long as the files alone were looked at.</summary>
    public ContractStanding? Standing { get; init; }

    /// <summary>
    /// What a signature stands for: everything that decides what is written, one line each. Not why, owner, place or status, which may be
    /// reworded or moved on without asking anybody again. A new property that decides what is written is added here, and left out
    /// while it has its default: contracts signed before it existed then keep their signature.
    /// </summary>
    public IReadOnlyList<string> Terms
    {
        get
        {
            var terms = new List<string>
            {
                $"connection: {Connection}",
                $"object: {Object}",
                $"field: {Field}",
                $"type: {Type.ToString().ToLowerInvariant()}",
                $"rule: {RuleName(Rule)}",
                $"sources: {Listed(Sources)}",
            };
            if (MaxLength is { } max)
                terms.Add($"max_length: {max.ToString(CultureInfo.InvariantCulture)}");
            if (Values.Count > 0)
                terms.Add($"values: {Listed(Values)}");
            if (Backup is not null)
                terms.Add($"backup: {Backup}");
            if (Lifecycle is { } lifecycle)
                terms.Add($"lifecycle: {lifecycle.Name}, moves {Listed([.. lifecycle.Moves.Select(m => $"{m.From} → {m.To}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])}");
            if (MinConfidence is { } least)
                terms.Add($"min_confidence: {least.ToString(CultureInfo.InvariantCulture)}");
            if (ProtectionName(Protect) is { } protect)
                terms.Add($"protect: {protect}");
            if (OnConversion == OnConversion.Follow)
                terms.Add("on_conversion: follow");
            if (Standard is not null)
                terms.Add($"standard: {Standard.Name}");
            if (Region is not null)
                terms.Add($"region: {Region}");
            return terms;
        }
    }

    /// <summary>SHA-256 over <see cref="Terms"/>, lower-case hex. A signature names it, so a changed contract voids its signature.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Terms))));

    /// <summary>What the contract speaks of.</summary>
    public ContractKey Key => new(Connection, Object, Field);

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

    /// <summary>What is protected, as policy files spell it; null for nothing.</summary>
    public static string? ProtectionName(Protection protection) => protection switch
    {
        Protection.None => null,
        Protection.HumanEdits => "human-edits",
    };

    // As JSON, so that no value can pass for two.
    private static string Listed(IReadOnlyList<string> values) => JsonSerializer.Serialize(values, TermText);

    private static readonly JsonSerializerOptions TermText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>What a contract speaks of: one field of one object of one connection.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="Field">The field's API name.</param>
public readonly record struct ContractKey(string Connection, string Object, string Field)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Connection} {Object}.{Field}";
}
