using System.CommandLine;
using System.Globalization;
using ClayAspire.Cli.Sandbox;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>measure reply</c>: how long a reply takes from Smartlead's webhook to the CRM.</summary>
internal static class MeasureCommands
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public static Command Build(CommandBinder on)
    {
        var count = new Option<int>("--count") { Description = "How many replies, one after the other.", DefaultValueFactory = _ => 50 };
        var most = new Option<int>("--timeout") { Description = "Most seconds to wait for one.", DefaultValueFactory = _ => 30 };
        var connection = new Option<string>("--connection") { Description = "The connection whose twin is watched.", DefaultValueFactory = _ => "icare" };
        var (id, secret) = SandboxCommands.Credentials();
        var reply = new Command("reply", "Sends replies for campaign members that have none, and measures until Has_Replied__c is true in the twin.") { count, most, connection, id, secret };
        on.Run(reply, async (parsed, session, cancel) =>
        {
            var org = await SandboxClient.SignInAsync(session, SandboxClient.OrgOf(parsed.GetRequiredValue(connection)), parsed.GetRequiredValue(id), parsed.GetRequiredValue(secret), cancel);
            var ingestion = await session.ClientAsync(Endpoints.Ingestion, KeyUse.Events, cancel);
            var wanted = parsed.GetValue(count);
            if (wanted < 1)
                throw new CliException(ExitCodes.Usage, "--count must be 1 or more.");
            var members = await MembersAsync(org, wanted, cancel);
            if (members.Count < wanted)
                throw new CliException(ExitCodes.Refused, $"Only {members.Count} campaign members without a reply have an address of their own; {wanted} are asked for. Load the demo, or lower --count.");
            return await MeasureAsync(session, org, ingestion, members, TimeSpan.FromSeconds(parsed.GetValue(most)), cancel);
        });
        return new Command("measure", "Measures the running stack.") { reply };
    }

    private static async Task<int> MeasureAsync(Session session, SandboxClient org, ServiceClient ingestion, List<Member> members, TimeSpan most, CancellationToken cancel)
    {
        var clock = session.World.Clock;
        var times = new List<double>();
        var missing = 0;
        foreach (var member in members)
        {
            var start = clock.GetTimestamp();
            await ingestion.PostAsync("v1/smartlead/events", Reply(session, member), cancel);
            var arrived = false;
            while (!arrived && clock.GetElapsedTime(start) < most)
            {
                arrived = (await org.FieldAsync("CampaignMember", member.Id, "Has_Replied__c", cancel)).Equals("true", StringComparison.OrdinalIgnoreCase);
                if (!arrived)
                    await Task.Delay(Poll, clock, cancel);
            }
            var took = clock.GetElapsedTime(start).TotalMilliseconds;
            if (arrived)
                times.Add(took);
            else
                missing++;
            var number = times.Count + missing;
            if (!session.Terminal.IsJson)
                session.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{number,4}  {member.Id}  {(arrived ? $"{took,8:0} ms" : "not there in time")}"));
        }
        times.Sort();
        Show(session.Terminal, times, missing);
        return missing == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static void Show(Terminal terminal, List<double> times, int missing)
    {
        double? Quantile(double q) => times.Count == 0 ? null : Math.Round(times[(int)Math.Ceiling(q * times.Count) - 1], 1);
        if (terminal.IsJson)
        {
            terminal.Json(new { count = times.Count + missing, arrived = times.Count, missing, medianMs = Quantile(0.5), p90Ms = Quantile(0.9), maxMs = Quantile(1), timesMs = times.Select(t => Math.Round(t, 1)) });
            return;
        }
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{times.Count} of {times.Count + missing} replies arrived: median {Quantile(0.5):0} ms, p90 {Quantile(0.9):0} ms, slowest {Quantile(1):0} ms."));
    }

    private static object Reply(Session session, Member member)
    {
        var now = session.World.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return new
        {
            event_type = "EMAIL_REPLY",
            event_timestamp = now,
            sl_lead_email = member.Email,
            to_email = member.Email,
            from_email = "measure@outreach.example",
            campaign_name = member.Campaign,
            reply_category = "Interested",
            sequence_number = 1,
            reply_message = new { message_id = $"<{session.World.Ids.Next():N}@measure.example>", text = "Measured reply", time = now },
        };
    }

    // Only members whose address belongs to one lead and one membership: anything else is ambiguous and rightly not written.
    private static async Task<List<Member>> MembersAsync(SandboxClient org, int wanted, CancellationToken cancel)
    {
        var all = new List<Member>();
        await foreach (var record in org.QueryAsync("SELECT Id, Email, Campaign.Name, Has_Replied__c FROM CampaignMember WHERE LeadId != null", cancel))
        {
            var campaign = record.TryGetProperty("Campaign", out var parent) ? ServiceClient.Text(parent, "Name") : "";
            all.Add(new Member(ServiceClient.Text(record, "Id"), ServiceClient.Text(record, "Email").ToLowerInvariant(), campaign,
                ServiceClient.Text(record, "Has_Replied__c").Equals("true", StringComparison.OrdinalIgnoreCase)));
        }
        var leads = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var record in org.QueryAsync("SELECT Email FROM Lead WHERE Email != null AND IsConverted = false", cancel))
        {
            var email = ServiceClient.Text(record, "Email").ToLowerInvariant();
            leads[email] = leads.GetValueOrDefault(email) + 1;
        }
        return [.. all.Where(m => m.Email.Length > 0 && m.Campaign.Length > 0).GroupBy(m => (m.Email, m.Campaign)).Where(g => g.Count() == 1).Select(g => g.Single())
            .Where(m => !m.HasReplied && leads.GetValueOrDefault(m.Email) == 1).OrderBy(m => m.Id, StringComparer.Ordinal).Take(wanted)];
    }

    private sealed record Member(string Id, string Email, string Campaign, bool HasReplied);
}
