using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class SuppressionTests : IAsyncLifetime
{
    private readonly List<(string Path, string Body)> _asked = [];
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapGet("/api/info", () => Results.Json(new { product = "ClayAspire", demo = true }));
        app.MapGet("/api/suppression", (HttpRequest request, int page, string? reason) =>
        {
            _asked.Add((request.Path + request.QueryString, ""));
            return Results.Json(new { items = page > 1 ? [] : new[] { Entry(1), Entry(2, removed: true) }.Where(_ => reason is null or "excluded").ToArray(), total = 2 });
        });
        app.MapGet("/api/suppression/reasons", () => Results.Json(new[] { new { reason = "excluded", listed = 2, toldBy = new[] { "smartlead.unsubscribed" }, stops = new[] { "enrichment-writeback" }, why = "x" } }));
        app.MapGet("/api/suppression.csv", (HttpRequest request) => Results.Text($"id,subject\n1,{request.QueryString}\n", "text/csv"));
        app.MapPost("/api/suppression", async (HttpRequest request) =>
        {
            var body = await AskAsync(request);
            return body.Contains("because", StringComparison.Ordinal) ? CommandLine.Problem(422, "reason-unknown", "The policy has no such reason of suppression.") : Results.Json(Entry(1), statusCode: 201);
        });
        app.MapPost("/api/suppression/find", async (HttpRequest request) =>
            Results.Json((await AskAsync(request)).Contains("nobody", StringComparison.Ordinal) ? [] : new[] { Entry(1), Entry(2, removed: true), Entry(3, reason: "bounced"), Entry(4, subject: "example.com") }));
        app.MapPost("/api/suppression/{id}/remove", async (int id, HttpRequest request) =>
        {
            await AskAsync(request);
            return Results.Json(Entry(id, removed: true));
        });
        app.MapPost("/api/suppression/import", async (HttpRequest request) =>
        {
            var bad = (await AskAsync(request)).Contains("nobody", StringComparison.Ordinal);
            return Results.Json(new { rows = 2, added = bad ? 1 : 2, stood = 0, passedOver = 0, refused = bad ? 1 : 0, faults = bad ? new[] { new { line = 3, code = "bad-subject", text = "It is no e-mail address, key or domain." } } : [] });
        });
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private async Task<string> AskAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        _asked.Add((request.Path + request.QueryString, body));
        return body;
    }

    private static object Entry(int id, bool removed = false, string reason = "excluded", string subject = "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72") => new
    {
        id,
        kind = subject.Contains('.', StringComparison.Ordinal) ? "domain" : "address",
        subject,
        reason,
        since = "2026-11-22T12:00:00+00:00",
        source = "person",
        addedBy = "marcom",
        note = "Ticket 7",
        removedAt = removed ? "2026-11-23T12:00:00+00:00" : null,
        removedBy = removed ? "dpo" : null,
        removedWhy = removed ? "Mistake" : null,
    };

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First()]);

    [Fact]
    public async Task Entries_are_listed_with_who_said_so_and_why()
    {
        var answer = await Run("suppression", "list", "--reason", "excluded", "--state", "all");
        Assert.Equal((0, ""), (answer.Exit, answer.Error));
        foreach (var text in new[] { "b5fc85e55755", "Ticket 7", "stands", "taken off by dpo on 2026-11-23: Mistake" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        Assert.Equal("/api/suppression?page=1&size=500&reason=excluded&state=all", _asked[0].Path);
        Assert.Equal(2, (await Run("suppression", "list", "--json")).Json.GetArrayLength());
        Assert.Equal(2, (await Run("suppression", "list", "--state", "perhaps")).Exit);
        Assert.Contains("smartlead.unsubscribed", (await Run("suppression", "reasons")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_travels_in_bodies_alone()
    {
        Assert.Equal(0, (await Run("suppression", "add", "ada@example.com", "--reason", "excluded", "--note", "Ticket 7")).Exit);
        Assert.Equal(0, (await Run("suppression", "find", "ada@example.com")).Exit);
        Assert.Equal(1, (await Run("suppression", "find", "nobody@example.com")).Exit);
        var removed = await Run("suppression", "remove", "ada@example.com", "--why", "Mistake", "--reason", "excluded");
        Assert.Equal((0, ""), (removed.Exit, removed.Error));
        Assert.Equal(["/api/suppression", "/api/suppression/find", "/api/suppression/find", "/api/suppression/find", "/api/suppression/1/remove"], _asked.Select(a => a.Path));
        Assert.Equal(("ada@example.com", "excluded", "Ticket 7"), JsonElement.Parse(_asked[0].Body) is var body
            ? (body.GetProperty("subject").GetString(), body.GetProperty("reason").GetString(), body.GetProperty("note").GetString())
            : default);
    }

    [Fact]
    public async Task A_refusal_is_1_and_what_is_missing_is_2()
    {
        var refused = await Run("suppression", "add", "ada@example.com", "--reason", "because");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("reason-unknown", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await Run("suppression", "remove", "nobody@example.com", "--why", "Mistake")).Exit);
        Assert.Equal(2, (await Run("suppression", "add", "ada@example.com")).Exit);
        Assert.Equal(2, (await Run("suppression", "remove", "ada@example.com")).Exit);
        Assert.Equal(2, (await Run("suppression", "import", "/nowhere/list.csv")).Exit);
    }

    [Fact]
    public async Task A_file_is_sent_whole_and_the_list_is_written_to_a_file()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var file = Path.Combine(folder.FullName, "list.csv");
            await File.WriteAllTextAsync(file, "email\nada@example.com\n");
            Assert.Equal(0, (await Run("suppression", "import", file, "--reason", "excluded")).Exit);
            Assert.Equal(("/api/suppression/import?reason=excluded", "email\nada@example.com\n"), _asked[^1]);
            await File.WriteAllTextAsync(file, "email\nada@example.com\nnobody\n");
            var partly = await Run("suppression", "import", file);
            Assert.Equal(1, partly.Exit);
            Assert.Contains("line 3: It is no e-mail address", partly.Output, StringComparison.Ordinal);

            var target = Path.Combine(folder.FullName, "export.csv");
            Assert.Equal(0, (await Run("suppression", "export", "--kind", "domain", "--file", target)).Exit);
            Assert.Equal("id,subject\n1,?kind=domain\n", await File.ReadAllTextAsync(target));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
