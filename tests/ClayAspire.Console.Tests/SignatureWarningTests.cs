using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace ClayAspire.Console.Tests;

/// <summary>Signatures that are about to end; a database of its own, because a signature stays.</summary>
public sealed class SignatureWarningTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task A_signature_that_ends_within_thirty_days_is_warned_of_under_Today_and_Field_contracts_and_counted()
    {
        Assert.All(Ending(), e => Assert.Equal(0, e.Value));
        await SignAsync("Industry", 29);
        await SignAsync("company_description__c", 45);

        var session = await Session.SignedInAsync(host, "viewer");
        var today = WebUtility.HtmlDecode(await session.PageAsync("/"));
        Assert.Contains("The signature of a field contract ends in ", today, StringComparison.Ordinal);
        Assert.Contains("Lead.Industry on icare", today, StringComparison.Ordinal);
        Assert.DoesNotContain("company_description__c on icare", today, StringComparison.Ordinal);
        var contracts = await session.PageAsync("/contracts?connection=icare");
        Assert.Contains("A signature ends in ", contracts, StringComparison.Ordinal);
        Assert.Contains("reminded 30 days before", (await (await Session.SignedInAsync(host, "dpo")).PageAsync("/contracts/icare/Lead/Industry")).ReplaceLineEndings(" "), StringComparison.Ordinal);

        Assert.Equal(new Dictionary<string, long> { ["hubspot-main"] = 0, ["icare"] = 1, [World.Staging] = 0 }, Ending());
        Assert.Contains("clay_contract_signatures_ending{", await host.Client().GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_contract_protects_stands_in_API_and_CSV()
    {
        var client = await host.ApiAsync("viewer");
        string? Protects(string field, JsonElement list) => list.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("field").GetString() == field).GetProperty("protect").GetString();
        var list = await client.GetFromJsonAsync<JsonElement>($"/api/contracts?connection={World.Staging}");
        Assert.Equal(("human-edits", null), (Protects("City", list), Protects("external_hard_bounced__c", list)));
        var csv = await client.GetStringAsync($"/api/contracts.csv?connection={World.Staging}");
        Assert.Contains("icare-staging,Lead,City,text,Active,Active,fill-blank,human-edits,clay,", csv, StringComparison.Ordinal);
        Assert.Contains("icare-staging,Lead,external_hard_bounced__c,checkbox,Active,Active,union,,", csv, StringComparison.Ordinal);
    }

    private Dictionary<string, long> Ending() =>
        host.Services.GetRequiredService<ConsoleMetrics>().SignaturesEnding().ToDictionary(m => m.Tags[0].Value!.ToString()!, m => m.Value, StringComparer.Ordinal);

    private async Task SignAsync(string field, int days)
    {
        var dpo = await host.ApiAsync("dpo");
        var path = $"/api/contracts/icare/Lead/{field}";
        var hash = (await dpo.GetFromJsonAsync<JsonElement>(path)).GetProperty("contract").GetProperty("hash").GetString();
        var last = DateOnly.FromDateTime(host.World.Get<TimeProvider>().GetUtcNow().UtcDateTime).AddDays(days);
        var answer = await dpo.PostAsJsonAsync($"{path}/sign", new { hash, basis = "Legitimate interest", expiresOn = last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
