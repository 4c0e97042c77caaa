using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Tests.Suppression;

public sealed class SuppressionSignalTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("smartlead.unsubscribed", """{"lead_email":" Ada@Example.com "}""", "unsubscribed")]
    [InlineData("smartlead.category", """{"lead_email":"ada@example.com","reply_category":"Do Not Contact"}""", "do-not-contact")]
    [InlineData("smartlead.category", """{"lead_email":"ada@example.com","reply_category":"do not contact "}""", "do-not-contact")]
    [InlineData("smartlead.reply", """{"lead_email":"ada@example.com","reply_category":"Do Not Contact"}""", "do-not-contact")]
    [InlineData("smartlead.bounce", """{"lead_email":"ada@example.com","bounce_class":"hard"}""", "bounced")]
    [InlineData("smartlead.bounce", """{"lead_email":"ada@example.com","bounce_class":"soft"}""", null)]
    [InlineData("smartlead.category", """{"lead_email":"ada@example.com","reply_category":"Interested"}""", null)]
    [InlineData("smartlead.unsubscribed", """{"lead_email":"n/a"}""", null)]
    [InlineData("smartlead.unsubscribed", """{}""", null)]
    [InlineData("clay.row", """{"lead_email":"ada@example.com"}""", null)]
    public void The_shipped_rules_list_an_address_by_its_key(string kind, string payload, string? reason)
    {
        var entries = SuppressionSignalReader.Read(ShippedPolicy.Policy.Suppression, new Signal(7, "smartlead", kind, "*", payload, At, At.AddHours(1)));
        if (reason is null)
            Assert.Empty(entries);
        else
            Assert.Equal(new NewSuppression(SuppressionKey.Of("ada@example.com"), reason, At, "smartlead", 7), Assert.Single(entries));
    }

    [Fact]
    public void A_key_is_the_sha_256_of_the_address_in_lower_case() =>
        // printf %s ada@example.com | sha256sum
        Assert.Equal("b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72", SuppressionKey.Of(" ADA@example.com"));
}
