using System.Globalization;

namespace ClayAspire.CrmSandbox.Demo;

/// <summary>One webhook delivery of the sequencer: what stands in the X-Request-Id header, and the body.</summary>
internal sealed record DemoDelivery(string RequestId, IReadOnlyDictionary<string, object?> Body);

/// <summary>
/// Six weeks of sequencer webhooks for the demo organisation, in the shape Smartlead sends them: mostly in order of time, some delivered twice
/// (same request id), some swapped.
/// </summary>
internal sealed class DemoEvents
{
    private const int Steps = 3;
    private const double InSequence = 0.78;
    private const double HardBounce = 0.021;
    private const double SoftBounce = 0.008;
    private const double SenderBounce = 0.003;
    private const double Reply = 0.085;
    private const double Open = 0.42;
    private const double Unsubscribe = 0.005;
    private const double DeliveredTwice = 0.01;

    private static readonly (string Category, double Share)[] Categories =
    [
        ("Interested", 0.20), ("Meeting Request", 0.08), ("Not Interested", 0.30), ("Do Not Contact", 0.06), ("Information Request", 0.11),
        ("Out Of Office", 0.17), ("Wrong Person", 0.05), ("Uncategorizable by Ai", 0.03),
    ];

    private static readonly string[] CategoryIds =
        ["Interested", "Meeting Request", "Not Interested", "Do Not Contact", "Information Request", "Out Of Office", "Wrong Person", "Uncategorizable by Ai", "Sender Originated Bounce"];

    private static readonly string[] HardTexts =
    [
        "550 5.1.1 The email account that you tried to reach does not exist", "550 5.1.10 Recipient not found by SMTP address lookup",
        "554 5.4.1 Recipient address rejected: Access denied", "550 5.2.1 Mailbox is disabled",
    ];

    private static readonly string[] SoftTexts = ["452 4.2.2 Mailbox is over its storage limit", "421 4.4.2 Connection dropped, try again later", "450 4.2.1 Mailbox is temporarily unavailable"];
    private static readonly string[] Mailboxes = ["sam@outreach-one.example", "alex@outreach-two.example", "kim@outreach-three.example"];

    private readonly DemoOrganisation demo;
    private readonly List<(DateTimeOffset At, DemoDelivery Delivery)> deliveries = [];

    private DemoEvents(DemoOrganisation demo) => this.demo = demo;

    public static IReadOnlyList<DemoDelivery> Of(DemoOrganisation demo)
    {
        var events = new DemoEvents(demo);
        foreach (var member in demo.Members)
            events.Sequence(member, new Random(HashCode(demo.Seed, member.Number)));
        var ordered = events.deliveries.OrderBy(d => d.At).ThenBy(d => d.Delivery.RequestId, StringComparer.Ordinal).Select(d => d.Delivery).ToList();
        return Disturb(ordered, new Random(demo.Seed + 2));
    }

    // Deliveries are repeated and swapped now and then, as webhooks are.
    private static List<DemoDelivery> Disturb(List<DemoDelivery> ordered, Random random)
    {
        var sent = new List<DemoDelivery>(ordered.Count + ordered.Count / 50);
        foreach (var delivery in ordered)
        {
            sent.Add(delivery);
            if (random.NextDouble() < DeliveredTwice)
                sent.Add(delivery);
            if (sent.Count > 1 && random.NextDouble() < DeliveredTwice)
                (sent[^1], sent[^2]) = (sent[^2], sent[^1]);
        }

        return sent;
    }

    private static int HashCode(int seed, int number) => unchecked(seed * 31 + number * 7919);

    private void Sequence(DemoMember member, Random random)
    {
        if (!member.Lead.CanBeMailed || random.NextDouble() > InSequence)
            return;
        var fate = random.NextDouble();
        var replyStep = random.NextDouble() < Reply ? random.Next(1, Steps + 1) : 0;
        var leaves = random.NextDouble() < Unsubscribe;
        var at = WorkingHour(member.Created.AddHours(1 + random.NextDouble() * 40), random);
        for (var step = 1; step <= Steps && at < demo.Anchor; step++)
        {
            Add(member, "EMAIL_SENT", at, step, random, Sent(member, step, at));
            if (step == 1 && fate < HardBounce + SoftBounce + SenderBounce)
            {
                Bounce(member, fate, at.AddMinutes(1 + random.Next(9)), at, random);
                if (fate < HardBounce)
                    return;
            }
            else if (random.NextDouble() < Open)
            {
                Add(member, "EMAIL_OPEN", at.AddMinutes(3 + random.Next(2000)), step, random, []);
            }

            if (step == replyStep)
            {
                Answer(member, at.AddMinutes(20 + random.Next(2800)), at, step, random);
                return;
            }

            if (leaves)
            {
                Add(member, "LEAD_UNSUBSCRIBED", at.AddMinutes(10 + random.Next(600)), step, random,
                    [("lead_email", member.Lead.Email), ("lead_name", Name(member)), ("unsubscribed_client_id_map", new Dictionary<string, object?>())]);
                return;
            }

            at = WorkingHour(at.AddDays(3 + random.Next(2)), random);
        }
    }

    private void Bounce(DemoMember member, double fate, DateTimeOffset at, DateTimeOffset sentAt, Random random)
    {
        var text = fate < HardBounce ? HardTexts[random.Next(HardTexts.Length)]
            : fate < HardBounce + SoftBounce ? SoftTexts[random.Next(SoftTexts.Length)]
            : "550 5.7.1 Message rejected: sender's daily sending limit exceeded";
        Add(member, "EMAIL_BOUNCE", at, 1, random,
        [
            ("time_bounced", Time(at)), ("sent_message", Message(member, 1, sentAt, "Hello")),
            ("bounce_message", new Dictionary<string, object?>
            {
                ["message_id"] = MessageId(member, "bounce"), ["time"] = Time(at),
                ["text"] = $"Delivery has failed to these recipients: {member.Lead.Email}\n{text}", ["html"] = $"<p>{text}</p>",
            }),
        ]);
        if (fate >= HardBounce + SoftBounce)
            Categorise(member, at.AddMinutes(4), 1, null, "Sender Originated Bounce", random);
    }

    private void Answer(DemoMember member, DateTimeOffset at, DateTimeOffset sentAt, int step, Random random)
    {
        var category = DemoOrganisation.Pick(random, Categories);
        Replied(member, at, sentAt, step, category, random);
        Categorise(member, at.AddMinutes(1 + random.Next(25)), step, null, category, random);
        if (random.NextDouble() >= 0.14)
            return;
        var later = at.AddHours(4 + random.Next(90));
        var second = DemoOrganisation.Pick(random, Categories);
        if (random.Next(2) == 0)
            Replied(member, later.AddMinutes(-30), sentAt, step, second, random);
        if (second != category)
            Categorise(member, later, step, category, second, random);
    }

    private void Replied(DemoMember member, DateTimeOffset at, DateTimeOffset sentAt, int step, string category, Random random)
    {
        var text = category switch
        {
            "Out Of Office" => "I am away this week and will answer on my return.",
            "Not Interested" => "Thank you, this is not for us.",
            "Do Not Contact" => "Please do not write to me again.",
            "Wrong Person" => "I am not the right person for this.",
            "Meeting Request" => "Could we speak on Thursday afternoon?",
            _ => "Thanks for your message, please tell me more.",
        };
        var reply = Message(member, step, at, text, "reply");
        Add(member, "EMAIL_REPLY", at, step, random,
        [
            ("time_replied", Time(at)), ("sent_message", Message(member, step, sentAt, "Hello")), ("reply_message", reply), ("reply_body", reply["html"]),
            ("preview_text", text), ("stats_thread_id", $"thread-{member.Number}"),
        ]);
    }

    private void Categorise(DemoMember member, DateTimeOffset at, int step, string? before, string category, Random random) =>
        Add(member, "LEAD_CATEGORY_UPDATED", at, step, random,
        [
            ("lead_id", 40_000_000 + member.Number), ("category", category), ("lead_category_id", Array.IndexOf(CategoryIds, category) + 1),
            ("lead_category", new Dictionary<string, object?>
            {
                ["old_id"] = before is null ? null : Array.IndexOf(CategoryIds, before) + 1, ["old_name"] = before,
                ["new_id"] = Array.IndexOf(CategoryIds, category) + 1, ["new_name"] = category,
            }),
        ]);

    private static (string, object?)[] Sent(DemoMember member, int step, DateTimeOffset at) => [("sent_message", Message(member, step, at, "Hello"))];

    private void Add(DemoMember member, string type, DateTimeOffset at, int step, Random random, IEnumerable<(string, object?)> more)
    {
        at = new DateTimeOffset(at.Ticks - at.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
        if (at >= demo.Anchor)
            return;
        var lead = member.Lead;
        var body = new Dictionary<string, object?>
        {
            ["webhook_id"] = 7001,
            ["webhook_name"] = "ClayAspire",
            ["event_type"] = type,
            ["event_timestamp"] = Time(at),
            ["sl_email_lead_id"] = 40_000_000 + member.Number,
            ["sl_email_lead_map_id"] = 50_000_000 + member.Number,
            ["sl_lead_email"] = lead.Email,
            ["stats_id"] = $"stats-{member.Number}-{step}",
            ["from_email"] = Mailboxes[member.Number % Mailboxes.Length],
            // A colleague or an alias may answer: the lead is always sl_lead_email.
            ["to_email"] = type == "EMAIL_REPLY" && random.NextDouble() < 0.05 ? $"office@{lead.Company.Domain}" : lead.Email,
            ["to_name"] = Name(member),
            ["subject"] = $"{(step > 1 ? "Re: " : "")}{member.Campaign.Name}",
            ["campaign_id"] = member.Campaign.SmartleadId,
            ["campaign_name"] = member.Campaign.Name,
            ["campaign_status"] = "ACTIVE",
            ["sequence_number"] = step,
            ["lead_data"] = new Dictionary<string, object?>
            {
                ["email"] = lead.Email,
                ["first_name"] = lead.FirstName,
                ["last_name"] = lead.LastName,
                ["company_name"] = lead.CompanyName,
                ["website"] = lead.Website,
                ["linkedin_profile"] = lead.LinkedIn,
                ["custom_fields"] = new Dictionary<string, object?> { ["salesforce_lead_id"] = lead.Id, ["salesforce_campaign_id"] = member.Campaign.Id },
            },
            ["client_id"] = null,
        };
        foreach (var (name, value) in more)
            body[name] = value;
        deliveries.Add((at, new DemoDelivery($"demo-{demo.Seed}-{member.Number}-{step}-{type.ToLowerInvariant()}-{at.ToUnixTimeSeconds()}", body)));
    }

    private static Dictionary<string, object?> Message(DemoMember member, int step, DateTimeOffset at, string text, string kind = "sent") => new()
    {
        ["message_id"] = MessageId(member, $"{kind}-{step}"),
        ["html"] = $"<div>{text}</div>",
        ["text"] = text,
        ["time"] = Time(at),
    };

    private static string MessageId(DemoMember member, string part) => $"<{part}-{member.Number}@outreach.example>";

    private static string Name(DemoMember member) => $"{member.Lead.FirstName} {member.Lead.LastName}";

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset WorkingHour(DateTimeOffset at, Random random)
    {
        while (at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            at = at.AddDays(1);
        return at.Hour is < 7 or > 17 ? new DateTimeOffset(at.Year, at.Month, at.Day, 8, random.Next(60), random.Next(60), TimeSpan.Zero).AddDays(at.Hour > 17 ? 1 : 0) : at;
    }
}
