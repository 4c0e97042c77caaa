using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;

namespace ClayAspire.AppHost.Tests;

/// <summary>What the policy does not allow never reaches the twin; replies do, and both values stand in the ledger.</summary>
[Collection(StackCollection.Name)]
public sealed class GovernanceTests(Stack stack)
{
    [Fact]
    public async Task Unlisted_pending_and_formula_fields_are_refused_held_and_refused_and_never_reach_the_twin()
    {
        var lead = (await stack.QueryAsync("salesforce", "SELECT Id FROM Lead WHERE IsConverted = false ORDER BY CreatedDate DESC LIMIT 1")).Single().GetProperty("Id").GetString()!;
        var row = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["row_id"] = "governance-1",
            ["salesforce_id"] = lead,
            ["Title"] = "Head of Nothing",
            ["company_description"] = "Makes governance visible.",
            ["industry"] = "Testing",
            ["overall_hard_bounced__c"] = true,
        };
        using (var answer = await stack.Ingestion.PostAsJsonAsync("/v1/clay/rows/governance", row))
            await Stack.ReadAsync(answer);

        var decided = await Stack.UntilAsync<JsonElement>(async () =>
        {
            var plan = await stack.PlanAsync("icare", "enrichment-writeback");
            var cells = (await stack.CellsAsync(plan)).Where(c => c.GetProperty("recordId").GetString() == lead).ToList();
            return cells.Any(c => c.GetProperty("field").GetString() == "Title") ? JsonSerializer.SerializeToElement(cells) : null;
        });

        var fate = decided.EnumerateArray().ToDictionary(
            c => c.GetProperty("field").GetString()!,
            c => (c.GetProperty("verdict").GetString(), c.GetProperty("reasonCode").GetString()), StringComparer.Ordinal);
        Assert.Equal(("Refuse", "not-in-allowlist"), fate["Title"]);
        Assert.Equal(("Hold", "pending-legal"), fate["company_description__c"]);
        Assert.Equal(("Hold", "pending-legal"), fate["Industry"]);
        Assert.Equal(("Refuse", "read-only"), fate["overall_hard_bounced__c"]);
        Assert.All(decided.EnumerateArray(), c => Assert.NotEmpty(c.GetProperty("reason").GetString()!));

        var summary = await stack.Twin.GetFromJsonAsync<JsonElement>("/salesforce/_twin/writes/summary");
        string[] allowed = ["Has_Replied__c", "ReplyClassification__c", "external_hard_bounced__c"];
        Assert.All(summary.GetProperty("fields").EnumerateArray(), f => Assert.Contains(f.GetProperty("field").GetString()!, allowed));
    }

    [Fact]
    public async Task Replies_arrive_in_the_twin_and_a_second_one_changes_only_the_classification()
    {
        var measured = await stack.CommandAsync("measure", "reply", "--count", "5");
        Assert.True(measured.ExitCode == 0, measured.Output + measured.Error);
        Assert.Contains("median", measured.Output, StringComparison.Ordinal);

        // An address that two leads share is ambiguous by design, so the member taken has one of its own.
        var shared = (await stack.QueryAsync("salesforce", "SELECT Email FROM Lead WHERE Email != null"))
            .GroupBy(l => l.GetProperty("Email").GetString(), StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var member = (await stack.QueryAsync("salesforce", "SELECT Id, Lead.Email, Campaign.Name FROM CampaignMember WHERE Has_Replied__c = false LIMIT 50"))
            .First(m => m.GetProperty("Lead").ValueKind == JsonValueKind.Object && m.GetProperty("Lead").GetProperty("Email").GetString() is { } email && !shared.Contains(email));
        var id = member.GetProperty("Id").GetString()!;
        await ReplyAsync(member, "Interested", "2026-11-01T10:00:00Z", "stack-reply-1");
        await UntilClassifiedAsync(id, "Interested");
        await ReplyAsync(member, "Not Interested", "2026-11-02T10:00:00Z", "stack-reply-2");
        await ReplyAsync(member, "Not Interested", "2026-11-02T10:00:00Z", "stack-reply-2");
        await UntilClassifiedAsync(id, "Not Interested");

        var writes = await stack.Twin.GetFromJsonAsync<JsonElement>($"/salesforce/_twin/writes?object=CampaignMember&id={id}");
        var received = writes.GetProperty("cells").EnumerateArray().ToDictionary(c => c.GetProperty("field").GetString()!, c => c.GetProperty("received").GetInt32(), StringComparer.Ordinal);
        Assert.Equal((1, 2), (received["Has_Replied__c"], received["ReplyClassification__c"]));

        // The twin has a value a moment before it is read back; the ledger's entry comes after the reading.
        var changes = await Stack.UntilAsync<ImmutableArray<(string?, string?)>>(async () =>
            await ClassificationsAsync(id) is { Length: > 1 } found ? found : null);
        (string?, string?)[] expected = [(null, "Interested"), ("Interested", "Not Interested")];
        Assert.Equal(expected, changes.ToArray());
    }

    private async Task<ImmutableArray<(string?, string?)>> ClassificationsAsync(string id)
    {
        var ledger = await stack.Console.GetStringAsync("/api/ledger/icare/export");
        return [.. ledger.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<JsonElement>(l))
            .Where(e => e.GetProperty("kind").GetString() == "cell-verified")
            .Select(e => JsonSerializer.Deserialize<JsonElement>(e.GetProperty("payload").GetString()!))
            .Where(p => p.GetProperty("record").GetString() == id && p.GetProperty("field").GetString() == "ReplyClassification__c")
            .Select(p => (p.GetProperty("old").GetString(), p.GetProperty("new").GetString()))];
    }

    private async Task UntilClassifiedAsync(string id, string classification) =>
        await Stack.UntilAsync<bool>(async () =>
        {
            var row = (await stack.QueryAsync("salesforce", $"SELECT Has_Replied__c, ReplyClassification__c FROM CampaignMember WHERE Id = '{id}'")).Single();
            return row.GetProperty("Has_Replied__c").GetBoolean() && row.GetProperty("ReplyClassification__c").GetString() == classification ? true : null;
        });

    private async Task ReplyAsync(JsonElement member, string category, string at, string message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/smartlead/events")
        {
            Content = JsonContent.Create(new
            {
                event_type = "EMAIL_REPLY",
                event_timestamp = at,
                sl_lead_email = member.GetProperty("Lead").GetProperty("Email").GetString(),
                campaign_name = member.GetProperty("Campaign").GetProperty("Name").GetString(),
                reply_category = category,
                reply_message = new { message_id = message },
            }),
        };
        request.Headers.Add("X-Request-Id", message);
        using var answer = await stack.Smartlead.SendAsync(request);
        await Stack.ReadAsync(answer);
    }
}
