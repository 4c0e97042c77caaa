using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Tests.Writeback;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Suppression;

public sealed class SuppressionFilterTests
{
    private static readonly SuppressionRules Rules = new(
        [new("unsubscribed", ["any"], "test"), new("bounced", ["other"], "test")],
        [new("icare", "Lead", "Email", [
            new("OptOut", [FieldValue.True], "unsubscribed"), new("Left", [], "unsubscribed"), new("Bounce", [FieldValue.True], "bounced")])],
        []);

    private static readonly PolicySet Policy = Samples.PolicyWith(MergeRule.FillBlank).With(Rules);

    private static Decision Decide(LiveRecord live) => CellDecider.Decide(Policy, Samples.AnyFlow, live, "F", [Samples.Offer(1, "Rail")]);

    private static LiveRecord Seen(Dictionary<string, FieldValue> values, RecordState state = RecordState.Live, params ListedSuppression[] listed) =>
        Samples.Live(null, state) with { Suppression = new SuppressionFacts(values, listed) };

    private static Dictionary<string, FieldValue> Values(string? optOut = null, string? left = null, string? bounce = null) => new(StringComparer.Ordinal)
    {
        ["OptOut"] = FieldValue.FromCanonical(optOut),
        ["Left"] = FieldValue.FromCanonical(left),
        ["Bounce"] = FieldValue.FromCanonical(bounce),
        ["Email"] = FieldValue.FromCanonical("a@example.com"),
    };

    [Fact]
    public void A_met_condition_refuses_and_names_reason_field_and_value()
    {
        var decision = Decide(Seen(Values(optOut: "true")));
        Assert.Equal((Verdict.Refuse, SuppressionReasons.Suppressed), (decision.Verdict, decision.Reason.Code));
        Assert.Contains("(unsubscribed): Lead.OptOut is 'true'", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, Verdict.Write)]
    [InlineData("whatever", Verdict.Refuse)]
    public void A_condition_without_values_is_met_by_any_value(string? left, Verdict verdict) => Assert.Equal(verdict, Decide(Seen(Values(left: left))).Verdict);

    [Fact]
    public void A_reason_that_stops_another_flow_stops_nothing_here_and_its_field_need_not_be_seen()
    {
        var values = Values(bounce: "true");
        Assert.Equal(Verdict.Write, Decide(Seen(values, RecordState.Live, new ListedSuppression("bounced", Samples.Noon, "smartlead"))).Verdict);
        values.Remove("Bounce");
        Assert.Equal(Verdict.Write, Decide(Seen(values)).Verdict);
    }

    [Fact]
    public void An_entry_of_the_list_refuses_whatever_the_record_says()
    {
        var decision = Decide(Seen(Values(), RecordState.Live, new ListedSuppression("unsubscribed", Samples.Noon, "smartlead")));
        Assert.Equal((Verdict.Refuse, SuppressionReasons.Suppressed), (decision.Verdict, decision.Reason.Code));
        Assert.Contains("'smartlead' said so of its e-mail address on 22 Nov 2026", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_a_person_for_a_domain_says_so()
    {
        var decision = Decide(Seen(Values(), RecordState.Live, new ListedSuppression("unsubscribed", Samples.Noon, ListedSuppression.Person, SuppressionKind.Domain)));
        Assert.Equal(SuppressionReasons.Suppressed, decision.Reason.Code);
        Assert.Contains("a person listed its domain on 22 Nov 2026", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ada@Mail.Rival.Example", null, "mail.rival.example", "rival.example")]
    [InlineData(null, "https://www.rival.example/about", "rival.example")]
    [InlineData("ada@home.example", "rival.example", "home.example", "rival.example")]
    [InlineData("no address", "none")]
    [InlineData(null, null)]
    public void The_list_is_asked_for_the_address_and_for_every_domain_above_it(string? email, string? website, params string[] domains)
    {
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal) { ["Email"] = FieldValue.FromCanonical(email), ["Website"] = FieldValue.FromCanonical(website) };
        string[] keys = email is null ? [] : [SuppressionKey.Of(email)];
        Assert.Equal(keys.Concat(domains).Order(StringComparer.Ordinal), new SuppressedObject("icare", "Lead", "Email", []) { DomainField = "Website" }.Matches(values).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(" Ada@Example.com ", SuppressionKind.Address, "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72")]
    [InlineData("Ada <ada@example.com>", SuppressionKind.Address, "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72")]
    [InlineData("b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72", SuppressionKind.Address, "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72")]
    [InlineData("@Example.com", SuppressionKind.Domain, "example.com")]
    [InlineData("https://www.example.com/a@b", SuppressionKind.Domain, "example.com")]
    public void A_subject_is_read_as_people_write_it(string text, SuppressionKind kind, string match) =>
        Assert.Equal(new SuppressionSubject(kind, match), SuppressionSubject.Read(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("ada@")]
    [InlineData("ada@b@c")]
    [InlineData("example")]
    [InlineData("two words.example")]
    public void What_is_no_subject_is_refused_and_not_quoted(string? text)
    {
        Assert.Null(SuppressionSubject.Read(text, out var refusal));
        Assert.Equal("bad-subject", refusal?.Code);
        if (text?.Length > 0)
            Assert.DoesNotContain(text, refusal!.Text.Replace("name@example.com", "", StringComparison.Ordinal).Replace("example.com", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OptOut")]
    [InlineData("Email")]
    public void A_field_that_cannot_be_seen_holds_for_who_looks_after_the_integration(string field)
    {
        var values = Values();
        values.Remove(field);
        var decision = Decide(Seen(values));
        Assert.Equal((Verdict.Hold, SuppressionReasons.NotVisible, "CRM Admin"), (decision.Verdict, decision.Reason.Code, decision.WaitsFor));
        Assert.Contains($"cannot see Lead.{field}", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_be_seen_refuses_before_what_cannot_be_seen_holds()
    {
        var values = Values(left: "gone");
        values.Remove("OptOut");
        Assert.Equal(SuppressionReasons.Suppressed, Decide(Seen(values)).Reason.Code);
    }

    [Theory]
    [InlineData(RecordState.Deleted, "record-deleted")]
    [InlineData(RecordState.Merged, "record-merged")]
    [InlineData(RecordState.Converted, "record-converted")]
    public void A_record_that_is_not_suppressed_is_answered_by_its_state(RecordState state, string code) =>
        Assert.Equal(code, Decide(Seen(state == RecordState.Converted ? Values() : [], state)).Reason.Code);

    [Fact]
    public void A_record_that_nobody_looked_up_is_held_and_never_written() => Assert.Equal(SuppressionReasons.NotRead, Decide(Samples.Live(null)).Reason.Code);

    [Fact]
    public void A_flow_that_no_reason_stops_asks_nothing_of_the_record() =>
        Assert.Equal(Verdict.Write, CellDecider.Decide(Policy, Samples.AnyFlow with { Name = "free" }, Samples.Live(null), "F", [Samples.Offer(1, "Rail")]).Verdict);

    [Fact]
    public void An_explanation_names_the_suppression_and_that_without_it_the_value_would_have_been_written()
    {
        var offer = Samples.Offer(1, "Rail");
        var decision = Decide(Seen(Values(optOut: "true")));
        var plan = new PlanMention(Guid.Empty, "any", "marcom", "sealed", Samples.Noon, FieldValue.Blank, decision, null);
        var story = CellExplainer.Explain(Policy, new CellFacts(new CellKey(Samples.Live(null).Key, "F"), null, [new Offer(offer, "any", "settled", Samples.Noon)], [plan], []));
        Assert.Equal("Suppression", Assert.Single(story.Filters, f => f.Outcome == FilterOutcome.Answered).Name);
        Assert.Equal(("not-suppressed", Verdict.Write), (story.Change?.Code, story.Change!.Verdict));
        Assert.Equal(CandidateStanding.NotCompared, Assert.Single(story.Candidates).Standing);
        Assert.Equal("Write 'Rail': The CRM field is blank.", story.Decision.Now);
    }

    [Fact]
    public void A_change_sealed_while_nothing_suppressed_the_record_stands_when_the_policy_changes_elsewhere()
    {
        var decision = Decide(Seen(Values()));
        var plan = Plan.Seal(Guid.Empty, "icare", "any", "older", "marcom", Samples.Noon, Samples.Noon.AddDays(1), [new PlannedCell(0, new CellKey(Samples.Live(null).Key, "F"), FieldValue.Blank, "v1", decision)], default);
        Assert.Null(PolicyChange.Check(plan.Head, plan.Cells[0], Policy, Samples.AnyFlow));
    }
}

internal static class PolicySetExtensions
{
    public static PolicySet With(this PolicySet policy, SuppressionRules rules) => new(policy.Version, policy.Contracts, policy.Flows, policy.Mappings) { Suppression = rules };
}
