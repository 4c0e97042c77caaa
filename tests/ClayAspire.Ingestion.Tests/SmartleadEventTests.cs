using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClayAspire.Ingestion.Smartlead;

namespace ClayAspire.Ingestion.Tests;

public sealed class SmartleadEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 1, 9, 0, 0, TimeSpan.Zero);

    private static SmartleadEvent Read(string json, string? requestId = null)
    {
        using var document = JsonDocument.Parse(json);
        return SmartleadEventReader.Read(1, document.RootElement, Now, requestId);
    }

    private static Dictionary<string, string?> Payload(SmartleadEvent read)
    {
        using var document = JsonDocument.Parse(read.Row.Json!);
        return document.RootElement.EnumerateObject().Where(p => p.Name != "raw").ToDictionary(p => p.Name, p => p.Value.GetString());
    }

    private const string Flat2023 = """
        {"event_type":"EMAIL_REPLY","event_timestamp":"2026-03-31T08:00:00.000Z","sl_lead_email":"Lead@Example.com","to_email":"colleague@example.com",
         "from_email":"us@ours.example","campaign_id":77,"campaign_name":"Spring","sequence_number":2,"reply_category":"Interested",
         "reply_message":{"message_id":"<m1@x>","text":"hello","html":"<p>hello</p>","time":"2026-03-31T08:00:00.000Z"},"secret_key":"hush"}
        """;

    [Fact]
    public void The_flat_body_gives_the_lead_and_not_the_colleague_who_answered()
    {
        var read = Read(Flat2023);
        Assert.Equal("smartlead.reply", read.Kind);
        var payload = Payload(read);
        Assert.Equal("lead@example.com", payload["lead_email"]);
        Assert.Equal("Spring", payload["campaign_name"]);
        Assert.Equal("77", payload["campaign_id"]);
        Assert.Equal("2026-03-31T08:00:00.000Z", payload["event_timestamp"]);
        Assert.Equal("Interested", payload["reply_category"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("us@ours.example"u8)), payload["from_email_key"]);
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 8, 0, 0, TimeSpan.Zero), read.Row.OccurredAt);
    }

    [Fact]
    public void The_older_body_gives_to_email_and_time_replied()
    {
        var read = Read("""{"event_type":"EMAIL_REPLY","time_replied":"2026-03-30T07:00:00Z","to_email":"old@example.com","campaign_id":1,"reply_body":"x","message_id":"<s>","secret_key":"hush"}""");
        Assert.Equal("old@example.com", Payload(read)["lead_email"]);
        Assert.Equal(7, read.Row.OccurredAt!.Value.Hour);
    }

    [Fact]
    public void The_nested_body_of_the_other_family_of_names_is_the_same_fact()
    {
        var read = Read("""
            {"event":"EMAIL_REPLIED","timestamp":"2026-03-31T08:00:00Z","lead":{"email":"n@example.com","custom_fields":{"salesforce_lead_id":"00QX","campaign_member_id":"00vX"}},
             "campaign":{"id":"9","name":"Nested"},"email":{"from":"us@ours.example","subject":"s"},"reply":{"message_id":"<r>","text":"t","category":"Uncategorizable by Ai"}}
            """);
        Assert.Equal("smartlead.reply", read.Kind);
        var payload = Payload(read);
        Assert.Equal("n@example.com", payload["lead_email"]);
        Assert.Equal("Nested", payload["campaign_name"]);
        Assert.Equal("Uncategorizable", payload["reply_category"]);
        Assert.Equal("00QX", payload["salesforce_lead_id"]);
        Assert.Equal("00vX", payload["campaign_member_id"]);
    }

    [Theory]
    [InlineData("EMAIL_SENT", "smartlead.sent")]
    [InlineData("FIRST_EMAIL_SENT", "smartlead.sent")]
    [InlineData("EMAIL_OPEN", "smartlead.opened")]
    [InlineData("EMAIL_OPENED", "smartlead.opened")]
    [InlineData("EMAIL_LINK_CLICK", "smartlead.clicked")]
    [InlineData("EMAIL_CLICKED", "smartlead.clicked")]
    [InlineData("EMAIL_REPLIED", "smartlead.reply")]
    [InlineData("EMAIL_BOUNCE", "smartlead.bounce")]
    [InlineData("EMAIL_BOUNCED", "smartlead.bounce")]
    [InlineData("LEAD_UNSUBSCRIBED", "smartlead.unsubscribed")]
    [InlineData("EMAIL_UNSUBSCRIBED", "smartlead.unsubscribed")]
    [InlineData("LEAD_CATEGORY_UPDATED", "smartlead.category")]
    [InlineData("SOMETHING_NEW", "smartlead.other")]
    public void Both_families_of_names_are_known_and_others_are_kept(string name, string kind) =>
        Assert.Equal(kind, Read($$"""{"event_type":"{{name}}","sl_lead_email":"a@example.com"}""").Kind);

    [Fact]
    public void A_category_update_carries_the_new_name()
    {
        var payload = Payload(Read("""
            {"event_type":"LEAD_CATEGORY_UPDATED","to_email":"c@example.com","category":"Interested","lead_category":{"old_id":1,"old_name":"Interested","new_id":3,"new_name":"Not Interested"},
             "lead_data":{"email":"lead@example.com"}}
            """));
        Assert.Equal("lead@example.com", payload["lead_email"]);
        Assert.Equal("Not Interested", payload["reply_category"]);
        Assert.Equal("2026-04-01T09:00:00.000Z", payload["event_timestamp"]);
    }

    [Fact]
    public void A_custom_category_stays_as_it_is() =>
        Assert.Equal("Call back in May", Payload(Read("""{"event_type":"LEAD_CATEGORY_UPDATED","lead_email":"a@example.com","lead_category":{"new_name":"Call back in May"}}"""))["reply_category"]);

    [Theory]
    [InlineData("550 5.1.1 The email account does not exist", "hard")]
    [InlineData("smtp; 550-5.1.10 RESOLVER.ADR.RecipientNotFound", "hard")]
    [InlineData("452 4.2.2 The recipient's inbox is out of storage", "soft")]
    [InlineData("552 5.2.2 mailbox full", "soft")]
    [InlineData("421 4.4.2 try later; then 550 5.1.1 no such user", "hard")]
    [InlineData("550 5.7.1 blocked using a block list", "sender")]
    [InlineData("Sender Originated Bounce", "sender")]
    [InlineData("550 no such user here", "hard")]
    [InlineData("450 greylisted", "soft")]
    [InlineData("refused by 5.1.1.25", "unknown")]
    [InlineData("it did not work", "unknown")]
    public void A_bounce_is_classed_by_its_text(string text, string expected) =>
        Assert.Equal(expected, Payload(Read($$$"""{"event_type":"EMAIL_BOUNCE","to_email":"b@example.com","bounce_message":{"text":{{{JsonSerializer.Serialize(text)}}}}}"""))["bounce_class"]);

    [Fact]
    public void A_reply_filed_as_sender_originated_bounce_is_no_reply()
    {
        var read = Read("""{"event_type":"EMAIL_REPLY","sl_lead_email":"a@example.com","reply_category":"Sender Originated Bounce"}""");
        Assert.Equal("smartlead.bounce", read.Kind);
        Assert.Equal("sender", Payload(read)["bounce_class"]);
        Assert.DoesNotContain("reply_category", Payload(read).Keys);
    }

    [Fact]
    public void Secrets_never_stay_in_the_stored_event()
    {
        Assert.DoesNotContain("hush", Read(Flat2023).Row.Json!, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", Read("""{"nested":{"secret_key":"hush"},"secret_key":"hush"}""").Row.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_event_sent_twice_has_one_key_and_the_request_id_wins()
    {
        Assert.Equal(Read(Flat2023).Row.Key, Read(Flat2023.Replace("\"hush\"", "\"other\"", StringComparison.Ordinal)).Row.Key);
        Assert.NotEqual(Read(Flat2023).Row.Key, Read(Flat2023.Replace("<m1@x>", "<m2@x>", StringComparison.Ordinal)).Row.Key);
        Assert.Equal(Read(Flat2023, "r1").Row.Key, Read("""{"event_type":"EMAIL_REPLY","sl_lead_email":"z@example.com"}""", "r1").Row.Key);
    }

    [Fact]
    public void The_same_sent_mail_under_both_names_is_one_fact() =>
        Assert.Equal(
            Read("""{"event_type":"EMAIL_SENT","sl_lead_email":"a@example.com","campaign_id":1,"stats_id":"s1","event_timestamp":"2026-03-31T08:00:00Z"}""").Row.Key,
            Read("""{"event_type":"FIRST_EMAIL_SENT","sl_lead_email":"a@example.com","campaign_id":1,"stats_id":"s1","event_timestamp":"2026-03-31T08:00:00Z"}""").Row.Key);

    [Theory]
    [InlineData("""{"event_type":"EMAIL_REPLY","to_email":"undefined"}""", "lead-missing")]
    [InlineData("""{"sl_lead_email":"a@example.com"}""", "event-type-missing")]
    [InlineData("""7""", "row-not-an-object")]
    public void What_cannot_be_an_event_goes_to_quarantine(string json, string code) => Assert.Equal(code, Read(json).Row.Fault!.Code);

    [Fact]
    public void A_signature_covers_exactly_the_bytes_received()
    {
        var body = Encoding.UTF8.GetBytes(Flat2023);
        var header = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8.ToArray(), body));
        Assert.True(SmartleadSignature.Matches(header, body, ["old", "s3cret"]));
        Assert.False(SmartleadSignature.Matches(header, [.. body, (byte)' '], ["s3cret"]));
        Assert.False(SmartleadSignature.Matches("sha256=zz", body, ["s3cret"]));
        Assert.False(SmartleadSignature.Matches(header, body, []));
    }
}
