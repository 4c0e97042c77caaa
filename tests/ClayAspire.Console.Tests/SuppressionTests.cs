using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Npgsql;

namespace ClayAspire.Console.Tests;

/// <summary>Who is left alone: page, API, CSV, file.</summary>
public sealed class SuppressionTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    private static string Key(string address) => SuppressionKey.Of(address);

    private async Task<JsonElement> AddedAsync(string subject, string reason = "excluded", string? note = null, string by = "marcom")
    {
        var answer = await (await host.ApiAsync(by)).PostAsJsonAsync("/api/suppression", new { subject, reason, note });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement[]> FoundAsync(string subject)
    {
        var answer = await (await host.ApiAsync("viewer")).PostAsJsonAsync("/api/suppression/find", new { subject });
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()];
    }

    [Fact]
    public async Task What_a_signal_listed_stands_on_the_page_in_the_api_and_as_csv_without_its_address()
    {
        await host.World.Get<SignalStore>().AppendAsync([new NewSignal("smartlead", "smartlead.unsubscribed", "*", "u1", """{"lead_email":"ada@signal.example"}""", DateTimeOffset.UnixEpoch, true)], default);
        await using (var connection = await host.World.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await host.World.Get<SuppressionStore>().AddAsync(transaction, [new NewSuppression(Key("ada@signal.example"), "unsubscribed", DateTimeOffset.UnixEpoch, "smartlead", 1)], default);
            await transaction.CommitAsync();
        }
        var reasons = await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>("/api/suppression/reasons");
        var line = reasons.EnumerateArray().Single(l => l.GetProperty("reason").GetString() == "unsubscribed");
        Assert.True(line.GetProperty("listed").GetInt64() >= 1);
        var told = line.GetProperty("toldBy").EnumerateArray().Select(t => t.GetString()).ToList();
        Assert.Contains("icare Lead.HasOptedOutOfEmail is true", told);
        Assert.Contains("smartlead.unsubscribed", told);

        var session = await Session.SignedInAsync(host, "viewer");
        var page = await session.PageAsync("/suppression?source=smartlead");
        Assert.Contains("icare Lead.HasOptedOutOfEmail is true", page, StringComparison.Ordinal);
        Assert.Contains(Key("ada@signal.example"), page, StringComparison.Ordinal);
        var csv = await session.PageAsync("/api/suppression.csv?source=smartlead");
        Assert.Contains($"address,{Key("ada@signal.example")},unsubscribed,1970-01-01T00:00:00Z,smartlead,1,", csv, StringComparison.Ordinal);
        foreach (var text in new[] { page, csv })
            Assert.DoesNotContain("ada@", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("reason,listed,told_by,stops,why", await session.PageAsync("/api/suppression/reasons.csv"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_kept_as_its_key_a_domain_in_plain_text_and_each_stands_once()
    {
        var address = await AddedAsync(" Bo@One.example ", note: "Ticket 12");
        Assert.Equal(("address", Key("bo@one.example"), "marcom", "Ticket 12"), (address.GetProperty("kind").GetString(), address.GetProperty("subject").GetString(), address.GetProperty("addedBy").GetString(), address.GetProperty("note").GetString()));
        var domain = await AddedAsync("https://www.One.example/about");
        Assert.Equal(("domain", "one.example"), (domain.GetProperty("kind").GetString(), domain.GetProperty("subject").GetString()));

        var again = await (await host.ApiAsync("admin")).PostAsJsonAsync("/api/suppression", new { subject = "BO@one.example", reason = "excluded" });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(address.GetProperty("id").GetInt64(), (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64());
        // Its domain holds for it too.
        Assert.Equal([Key("bo@one.example"), "one.example"], (await FoundAsync("bo@one.example")).Select(e => e.GetProperty("subject").GetString()!));
        Assert.Equal(["one.example"], (await FoundAsync("shop.one.example")).Select(e => e.GetProperty("subject").GetString()!));
        // The stored form alone finds it too, as a file of another stack has it.
        Assert.Single(await FoundAsync(Key("bo@one.example")));
    }

    [Fact]
    public async Task What_is_taken_off_stays_in_the_history_and_may_be_listed_anew()
    {
        var id = (await AddedAsync("cy@two.example")).GetProperty("id").GetInt64();
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("admin")).PostAsJsonAsync($"/api/suppression/{id}/remove", new { why = " " }), HttpStatusCode.UnprocessableEntity, "why-missing");
        Assert.Equal(HttpStatusCode.Forbidden, (await (await host.ApiAsync("marcom")).PostAsJsonAsync($"/api/suppression/{id}/remove", new { why = "Mistake" })).StatusCode);

        var removed = await (await (await host.ApiAsync("admin")).PostAsJsonAsync($"/api/suppression/{id}/remove", new { why = "Mistake" })).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("admin", "Mistake"), (removed.GetProperty("removedBy").GetString(), removed.GetProperty("removedWhy").GetString()));
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("admin")).PostAsJsonAsync($"/api/suppression/{id}/remove", new { why = "Again" }), HttpStatusCode.Conflict, "suppression-removed");
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("admin")).PostAsJsonAsync("/api/suppression/999999/remove", new { why = "Again" }), HttpStatusCode.NotFound, "suppression-unknown");

        var anew = (await AddedAsync("cy@two.example")).GetProperty("id").GetInt64();
        Assert.NotEqual(id, anew);
        Assert.Equal([anew, id], (await FoundAsync("cy@two.example")).Select(e => e.GetProperty("id").GetInt64()));
    }

    [Theory]
    [InlineData("no address", "excluded", "bad-subject")]
    [InlineData("a@b@c", "excluded", "bad-subject")]
    [InlineData("", "excluded", "bad-subject")]
    [InlineData("di@three.example", "because", "reason-unknown")]
    [InlineData("di@three.example", "", "reason-unknown")]
    public async Task What_cannot_be_listed_is_refused_with_a_remedy_that_does_not_quote_it(string subject, string reason, string code)
    {
        var answer = await (await host.ApiAsync("marcom")).PostAsJsonAsync("/api/suppression", new { subject, reason });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.StatusCode, JsonElement.Parse(text).GetProperty("code").GetString()));
        if (subject.Length > 0)
            Assert.DoesNotContain(subject, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_looks_lists_nobody_and_no_address_is_asked_for_in_a_url()
    {
        var viewer = await host.ApiAsync("viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsJsonAsync("/api/suppression", new { subject = "ed@four.example", reason = "excluded" })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync("/api/suppression/import", File("subject\ned@four.example"))).StatusCode);
        await PlanApiTests.ProblemAsync(await viewer.GetAsync("/api/suppression?domain=ed%40four.example"), HttpStatusCode.UnprocessableEntity, "bad-domain");
        Assert.Empty(await FoundAsync("ed@four.example"));
    }

    [Fact]
    public async Task A_file_is_listed_row_by_row_and_an_export_can_be_read_back()
    {
        var api = await host.ApiAsync("marcom");
        var result = await ReadAsync(api, "Email,Note\nfay@five.example,Staff\nnobody,\n,\nfay@five.example,Twice\nfive-rival.example,Rival", "?reason=excluded");
        Assert.Equal((4, 2, 1, 1), (result.GetProperty("rows").GetInt32(), result.GetProperty("added").GetInt32(), result.GetProperty("stood").GetInt32(), result.GetProperty("refused").GetInt32()));
        var fault = Assert.Single(result.GetProperty("faults").EnumerateArray());
        Assert.Equal((3, "bad-subject"), (fault.GetProperty("line").GetInt32(), fault.GetProperty("code").GetString()));

        var gone = Assert.Single(await FoundAsync("five-rival.example")).GetProperty("id").GetInt64();
        await (await host.ApiAsync("admin")).PostAsJsonAsync($"/api/suppression/{gone}/remove", new { why = "Bought" });
        var export = await api.GetStringAsync("/api/suppression.csv?state=all");
        var back = await ReadAsync(api, export, "");
        Assert.Equal(0, back.GetProperty("added").GetInt32());
        Assert.Equal(0, back.GetProperty("refused").GetInt32());
        Assert.True(back.GetProperty("passedOver").GetInt32() >= 1);

        await PlanApiTests.ProblemAsync(await api.PostAsync("/api/suppression/import", File("name,reason\nfay,excluded")), HttpStatusCode.UnprocessableEntity, "bad-file");
        await PlanApiTests.ProblemAsync(await api.PostAsync("/api/suppression/import", File("")), HttpStatusCode.UnprocessableEntity, "bad-file");
    }

    [Fact]
    public async Task The_list_is_filtered_sorted_and_paged_by_the_database()
    {
        foreach (var domain in new[] { "six-b.example", "six-a.example", "six-c.example" })
            await AddedAsync(domain);
        await AddedAsync("gus@six-a.example");
        var api = await host.ApiAsync("viewer");
        async Task<(long Total, string[] Subjects)> PageAsync(string query)
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"/api/suppression?{query}");
            return (page.GetProperty("total").GetInt64(), [.. page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("subject").GetString()!)]);
        }
        var sorted = await PageAsync("domain=six-&sort=subject&page=2&size=2");
        Assert.Equal(3, sorted.Total);
        Assert.Equal(["six-c.example"], sorted.Subjects);
        Assert.Equal(["six-c.example", "six-b.example", "six-a.example"], (await PageAsync("domain=six-&sort=subject&desc=true")).Subjects);
        Assert.Equal(0, (await PageAsync("domain=six-&kind=address")).Total);
        Assert.Equal(0, (await PageAsync("domain=six-&state=removed")).Total);
        Assert.Equal(0, (await PageAsync("domain=six-&reason=bounced")).Total);
        foreach (var (query, code) in new[] { ("sort=x", "bad-sort"), ("state=x", "bad-state"), ("kind=x", "bad-kind") })
            await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/suppression?{query}"), HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task The_page_lists_looks_up_reads_a_file_and_takes_off_without_script()
    {
        var session = await Session.SignedInAsync(host, "admin");
        var page = await session.SendAsync("/suppression", "/suppression", ("subject", "hal@seven.example"), ("reason", "do-not-contact"), ("note", "Asked by phone"));
        Assert.Contains("Listed. Plans made from now on leave it alone", page, StringComparison.Ordinal);
        Assert.Contains("Asked by phone", page, StringComparison.Ordinal);
        Assert.DoesNotContain("hal@", page, StringComparison.Ordinal);

        var found = await session.Client.PostAsync("/suppression/find", Session.Form(await session.TokenAsync("/suppression"), ("subject", "HAL@seven.example")));
        var id = Assert.Single(await FoundAsync("hal@seven.example")).GetProperty("id").GetInt64();
        Assert.Equal($"/suppression?entry={id}", found.Headers.Location?.OriginalString);
        await AddedAsync("seven-above.example");
        Assert.Contains("left alone because this domain is", await session.SendAsync("/suppression", "/suppression/find", ("subject", "jo@mail.seven-above.example")), StringComparison.Ordinal);
        Assert.Contains("never was", await session.SendAsync("/suppression", "/suppression/find", ("subject", "ida@seven.example")), StringComparison.Ordinal);

        using var form = new MultipartFormDataContent
        {
            { new StringContent(await session.TokenAsync("/suppression")), "__RequestVerificationToken" },
            { new StringContent("excluded"), "reason" },
            { File("domain\nseven-rival.example"), "file", "rivals.csv" },
        };
        Assert.Equal(HttpStatusCode.Redirect, (await session.Client.PostAsync("/suppression/import", form)).StatusCode);
        Assert.Contains("1 rows: 1 listed", await session.PageAsync("/suppression"), StringComparison.Ordinal);
        Assert.Single(await FoundAsync("seven-rival.example"));

        page = await session.SendAsync("/suppression", $"/suppression/{id}/remove", ("why", "It was somebody else"));
        Assert.Contains("It was somebody else", page, StringComparison.Ordinal);
        var viewer = await Session.SignedInAsync(host, "viewer");
        Assert.DoesNotContain("Put on the list", await viewer.PageAsync("/suppression"), StringComparison.Ordinal);
    }

    private static ByteArrayContent File(string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return content;
    }

    private static async Task<JsonElement> ReadAsync(HttpClient api, string csv, string query)
    {
        var answer = await api.PostAsync($"/api/suppression/import{query}", File(csv));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
