using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;

namespace ClayAspire.Domain.Tests.Signals;

public sealed class SignalReaderTests
{
    private static readonly DateTimeOffset Received = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_reply_offers_its_flag_and_its_classification_at_its_own_time()
    {
        var (reading, _) = Read("smartlead", "smartlead.reply",
            """{"lead_email":" Ann@Example.com ","campaign_name":"Spring","event_timestamp":"2026-11-19T08:00:00.250Z","reply_category":"Interested","raw":{"Industry":"x"}}""");

        Assert.Equal(("ann@example.com", "Spring", "reply-sync"), (reading!.Email, reading.Campaign, reading.Flow.Name));
        Assert.Equal(new DateTimeOffset(2026, 11, 19, 8, 0, 0, 250, TimeSpan.Zero), reading.OccurredAt);
        Assert.Equal(["Has_Replied__c=true", "ReplyClassification__c=Interested"], Offers(reading));
    }

    [Fact]
    public void Blank_spellings_offer_nothing_and_a_value_of_the_wrong_type_is_offered_as_it_came()
    {
        var (reading, _) = Read("clay", "clay.row",
            """{"email":"a@example.com","industry":"undefined","company_description":null,"description":"Makes things","hard_bounced":"perhaps","Phone":"","Score":12.50,"Tags":["a"],"enriched_at":"yesterday"}""");

        Assert.Equal(["Score=12.50", "Tags=[\"a\"]", "company_description__c=Makes things", "external_hard_bounced__c=perhaps"], Offers(reading!));
        Assert.Equal(Received, reading!.OccurredAt);
    }

    [Fact]
    public void A_checkbox_that_says_no_offers_nothing() =>
        Assert.Empty(Read("clay", "clay.row", """{"email":"a@example.com","hard_bounced":"no"}""").Reading!.Offers);

    [Theory]
    [InlineData("smartlead.bounce", """{"lead_email":"a@example.com","bounce_class":"sender"}""")]
    [InlineData("smartlead.bounce", """{"lead_email":"a@example.com"}""")]
    [InlineData("smartlead.opened", """{"lead_email":"a@example.com"}""")]
    public void What_feeds_no_flow_is_ignored_with_a_reason(string kind, string payload)
    {
        var (reading, ignored) = Read("smartlead", kind, payload);

        Assert.Null(reading);
        Assert.NotEmpty(ignored!);
    }

    [Theory]
    [InlineData("\"0.85\"", 0.85)]
    [InlineData("85", 0.85)]
    [InlineData("\"85 %\"", 0.85)]
    [InlineData("\"0.5%\"", 0.005)]
    [InlineData("1", 1d)]
    [InlineData("0", 0d)]
    [InlineData("\"n/a\"", null)]
    [InlineData("\"high\"", null)]
    [InlineData("101", null)]
    [InlineData("-0.1", null)]
    [InlineData("\"NaN\"", null)]
    public void Confidence_is_a_share_or_a_percentage_and_nothing_else(string json, double? expected) =>
        Assert.Equal(expected, ReadShadowed($$"""{"title":"Head","sure":{{json}}}""").Confidence);

    [Fact]
    public void What_is_offered_to_a_shadowed_field_is_offered_to_its_backup_too() =>
        Assert.Equal(["Title=Head", "Title_Clay=Head"], Offers(ReadShadowed("""{"title":"Head"}""")));

    private static SignalReading ReadShadowed(string payload)
    {
        FieldContract Contract(string field, MergeRule rule) => new("icare", "Lead", field, FieldType.Text, ContractStatus.Active, rule, ["clay"], "MARCOM Ops", null, [], "test");
        var policy = new PolicySet("test",
            [Contract("Title", MergeRule.Shadow) with { Backup = "Title_Clay" }, Contract("Title_Clay", MergeRule.Latest)],
            [new Flow("f", ["icare"], ["clay.row"], [], ReleaseMode.Approval, "r", false, null, TimeSpan.FromHours(1))],
            [new SourceMapping("clay", "*", ["clay.row"], "icare", "Lead", [], null, [], [], [], new Dictionary<string, string> { ["title"] = "Title" }, new Dictionary<string, string>(), [], false) { ConfidenceColumns = ["sure"] }]);
        return SignalReader.Read(policy, new Signal(1, "clay", "clay.row", "*", payload, Received, Received)).Reading!;
    }

    private static (SignalReading? Reading, string? Ignored) Read(string source, string kind, string payload) =>
        SignalReader.Read(ShippedPolicy.Policy, new Signal(1, source, kind, "*", payload, Received, Received));

    private static IEnumerable<string> Offers(SignalReading reading) => reading.Offers.Select(o => $"{o.Key}={o.Value}").Order(StringComparer.Ordinal);
}
