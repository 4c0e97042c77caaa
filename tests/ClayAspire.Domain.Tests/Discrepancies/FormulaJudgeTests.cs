using ClayAspire.Domain.Discrepancies;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Tests.Policy;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Discrepancies;

/// <summary>Formulas that must equal what they are made of (seed 1, runbook 3).</summary>
public sealed class FormulaJudgeTests
{
    private const string Overall = "overall_hard_bounced__c";
    private const string Pardot = "pi__pardot_hard_bounced__c";
    private const string External = "external_hard_bounced__c";

    private static readonly FieldContract Contract = ShippedPolicy.Policy.Contract("icare", "Lead", Overall)!;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void It_agrees_exactly_when_it_is_the_or_of_its_sources(bool pardot, bool external)
    {
        Assert.Null(FormulaJudge.Judge(Contract, Lead((Overall, pardot || external), (Pardot, pardot), (External, external))));
        var wrong = FormulaJudge.Judge(Contract, Lead((Overall, !(pardot || external)), (Pardot, pardot), (External, external)))!;
        Assert.Equal((!(pardot || external), pardot || external, Overall), (wrong.Found, wrong.Expected, wrong.Cell.Field));
        // The order of checks is the seed's: Pardot's source first, then Clay's field.
        Assert.Equal([(Pardot, (bool?)pardot), (External, (bool?)external)], wrong.Sources.Select(s => (s.Field, s.Value)));
    }

    [Fact]
    public void Where_both_sources_are_true_the_first_to_check_is_pardots()
    {
        var wrong = FormulaJudge.Judge(Contract, Lead((Overall, false), (Pardot, true), (External, true)))!;
        Assert.Equal(FormulaJudge.SourceNotCounted, wrong.Cause.Code);
        Assert.StartsWith(Pardot, wrong.Cause.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void True_without_a_true_source_says_so() =>
        Assert.Equal(FormulaJudge.NoSourceTrue, FormulaJudge.Judge(Contract, Lead((Overall, true), (Pardot, false), (External, false)))!.Cause.Code);

    [Fact]
    public void What_cannot_be_seen_accuses_nobody()
    {
        Assert.Null(FormulaJudge.Judge(Contract, Lead((Overall, true), (External, false))));
        Assert.Null(FormulaJudge.Judge(Contract, Lead((Pardot, true), (External, false))));
        // But what is seen to be true is enough.
        var wrong = FormulaJudge.Judge(Contract, Lead((Overall, false), (External, true)))!;
        Assert.Equal((FormulaJudge.SourceNotCounted, (bool?)null), (wrong.Cause.Code, wrong.Sources[0].Value));
    }

    [Theory]
    [InlineData(RecordState.Deleted)]
    [InlineData(RecordState.Merged)]
    [InlineData(RecordState.Converted)]
    public void A_record_that_is_not_live_is_not_judged(RecordState state) =>
        Assert.Null(FormulaJudge.Judge(Contract, Lead((Overall, false), (Pardot, true), (External, false)) with { State = state }));

    [Fact]
    public void The_key_is_for_formulas_alone_and_names_each_field_once()
    {
        const string lead = "connection: x\nobjects:\n  Lead:\n    F: { type: checkbox, status: Active, rule: union, sources: [clay], owner: CRM Admin, why: w, any_of: [G] }";
        Assert.Contains(PolicyParser.Parse([new PolicyFile("contracts/x.yaml", lead)]).Problems, p => p.Message.Contains("any_of", StringComparison.Ordinal));
        const string twice = "connection: x\nobjects:\n  Lead:\n    F: { type: checkbox, status: ReadOnly, rule: read-only, owner: CRM Admin, why: w, any_of: [G, G] }";
        Assert.Contains(PolicyParser.Parse([new PolicyFile("contracts/x.yaml", twice)]).Problems, p => p.Message.Contains("twice", StringComparison.Ordinal));
    }

    private static LiveRecord Lead(params (string Field, bool Value)[] values) => new(new RecordKey("icare", "Lead", "00Q000000000001AAA"), RecordState.Live, "v",
        values.ToDictionary(v => v.Field, v => v.Value ? FieldValue.True : FieldValue.FromCanonical("false"), StringComparer.Ordinal));
}
