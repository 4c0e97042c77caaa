using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

public sealed class SuppressionFileTests
{
    [Theory]
    [InlineData("stops: [enrichment-writeback, hubspot-writeback, sequencer-handoff, campaign-export]\n    why: \"Exclude unsub", "stops: [reply-sync]\n    why: \"Exclude unsub", "unsubscribed:", "the fact would never reach the CRM")]
    [InlineData("stops: [enrichment-writeback, hubspot-writeback, sequencer-handoff, campaign-export]\n    why: \"Exclude unsub", "stops: [bounce-sync]\n    why: \"Exclude unsub", "unsubscribed:", "takes the very signals that tell of suppression (smartlead.bounce)")]
    [InlineData("stops: [sequencer-handoff, campaign-export]", "stops: [sequencer-handof]", "bounced:", "flow 'sequencer-handof', which flows.yaml does not have")]
    [InlineData("{ field: Status, is: [Unqualified], means: unqualified }\n        - { field: overall_hard_bounced__c, is: true, means: bounced }\n  icare-staging", "{ field: Status, is: [Unqualified], means: unqualifed }\n  icare-staging", "unqualifed", "'unqualifed' is no reason")]
    [InlineData("  hubspot-main:", "  hubspot:", "contacts:", "'hubspot' has no contracts")]
    [InlineData("kind: smartlead.unsubscribed, email: [lead_email]", "kind: smartlead.unsubscribed", "kind: smartlead.unsubscribed", "No column of smartlead.unsubscribed carries the address")]
    [InlineData("column: bounce_class, is: [hard], means", "column: bounce_class, means", "bounce_class", "'column' and 'is' of smartlead.bounce go together")]
    [InlineData("hs_email_optout, is: true", "hs_email_optout, equals: true", "hs_email_optout", "Unknown key 'equals'")]
    public void A_fault_names_its_line(string old, string @new, string lineWith, string message)
    {
        var files = ShippedPolicy.Files.Select(f => f.Path == "suppression.yaml" ? f with { Text = f.Text.ReplaceLineEndings("\n").Replace(old, @new, StringComparison.Ordinal) } : f).ToList();
        var text = files.Single(f => f.Path == "suppression.yaml").Text;
        var problem = Assert.Single(PolicyParser.Parse(files).Problems, p => p.Message.Contains(message, StringComparison.Ordinal));
        Assert.Equal("suppression.yaml", problem.File);
        Assert.Contains(lineWith, text.Split('\n')[(int)problem.Line - 1], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_file_nobody_is_suppressed() =>
        Assert.Empty(PolicyParser.Parse([.. ShippedPolicy.Files.Where(f => f.Path != "suppression.yaml")]).Policy!.Suppression.Reasons);

    [Fact]
    public void Every_reason_of_the_seed_stops_enrichment_of_both_crms_the_handoff_and_the_export()
    {
        foreach (var flow in (string[])["enrichment-writeback", "hubspot-writeback", "sequencer-handoff", "campaign-export"])
            Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "do-not-contact", "unqualified", "unsubscribed" }, ShippedPolicy.Policy.Suppression.Stopping(flow).ToHashSet(StringComparer.Ordinal));
        foreach (var flow in (string[])["reply-sync", "bounce-sync"])
            Assert.Empty(ShippedPolicy.Policy.Suppression.Stopping(flow));
    }
}
