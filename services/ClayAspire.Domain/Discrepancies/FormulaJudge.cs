using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Discrepancies;

/// <summary>One field that a formula is made of, as it was found.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">Its value; null when the integration user cannot see the field.</param>
public sealed record SourceFinding(string Field, bool? Value);

/// <summary>A formula that does not equal what it is made of.</summary>
/// <param name="Cell">The formula's cell.</param>
/// <param name="Found">What the CRM answers.</param>
/// <param name="Expected">What the sources give.</param>
/// <param name="Sources">The sources in the order in which they are to be checked.</param>
/// <param name="Cause">What is wrong, with the order of checks (seed 1, runbook 3: "check Pardot HB source first, then Clay's external_hard_bounced__c").</param>
public sealed record FormulaDiscrepancy(CellKey Cell, bool Found, bool Expected, IReadOnlyList<SourceFinding> Sources, Reason Cause);

/// <summary>Compares a formula with the fields that it is made of (seed 1: "overall_hard_bounced__c = Pardot HB OR Clay HB"). It repairs nothing: a formula is never written.</summary>
public static class FormulaJudge
{
    /// <summary>The formula does not count a source that is true.</summary>
    public const string SourceNotCounted = "source-not-counted";

    /// <summary>The formula is true though no source is.</summary>
    public const string NoSourceTrue = "no-source-true";

    /// <summary>The fields that must be read to judge a contract.</summary>
    public static IReadOnlyList<string> Fields(FieldContract contract) => [contract.Field, .. contract.AnyOf];

    /// <summary>What is wrong with the formula on a record; null when nothing is, when the record is not live, or when the formula cannot be seen.</summary>
    /// <param name="contract">A contract with <see cref="FieldContract.AnyOf"/>.</param>
    /// <param name="live">The record, read just now with <see cref="Fields"/>.</param>
    public static FormulaDiscrepancy? Judge(FieldContract contract, LiveRecord live)
    {
        if (live.State != RecordState.Live || !live.Values.ContainsKey(contract.Field))
            return null;
        SourceFinding[] sources = [.. contract.AnyOf.Select(f => new SourceFinding(f, live.Values.ContainsKey(f) ? IsTrue(live, f) : null))];
        var found = IsTrue(live, contract.Field);
        var expected = sources.Any(s => s.Value == true);
        // What we cannot see may be what makes it true.
        if (found == expected || (found && sources.Any(s => s.Value is null)))
            return null;
        var cause = found
            ? new Reason(NoSourceTrue,
                $"{contract.Field} is true and none of {string.Join(", ", contract.AnyOf)} is. Check them in this order: was one of them taken back? Its history and its explanation say by whom. If none was, the formula was changed: ask IT Infra.")
            : new Reason(SourceNotCounted,
                $"{sources.First(s => s.Value == true).Field} is true and {contract.Field} is not: the formula does not count it. Check that source first; if it is right, the formula was changed: ask IT Infra. Never set the value by hand.");
        return new FormulaDiscrepancy(new CellKey(live.Key, contract.Field), found, expected, sources, cause);
    }

    private static bool IsTrue(LiveRecord live, string field) => live.Value(field) == FieldValue.True;
}
