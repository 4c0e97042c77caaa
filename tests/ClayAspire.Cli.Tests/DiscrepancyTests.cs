using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class DiscrepancyTests : IAsyncLifetime
{
    private static readonly Guid Check = Guid.Parse("0195e000-0000-7000-8000-0000000000f2");
    private static readonly Guid One = Guid.Parse("0195e000-0000-7000-8000-0000000000f3");
    private readonly List<string> _asked = [];
    private int _looks;
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapGet("/api/discrepancies", (HttpRequest request) =>
        {
            _asked.Add(request.QueryString.Value!);
            return Results.Json(new
            {
                total = 1,
                items = request.Query["connection"] == "icare-staging" ? [] : new[] { new
                {
                    id = One, recordId = "00Q000000000001AAA", @object = "Lead", field = "overall_hard_bounced__c", found = false, expected = true, state = "open",
                    sources = new[] { new { field = "pi__pardot_hard_bounced__c", value = (bool?)null }, new { field = "external_hard_bounced__c", value = (bool?)true } },
                } },
            });
        });
        app.MapPost("/api/discrepancies/check", () => Results.Accepted(value: new { checkId = Check, location = $"/api/discrepancies/checks/{Check:D}" }));
        app.MapGet($"/api/discrepancies/checks/{Check:D}", () => ++_looks < 3
            ? CommandLine.Problem(404, "check-pending", "The formulas are being compared.")
            : Results.Json(new { connection = "icare", mirrored = 1750, looked = 1, opened = 1, healed = 0, stillOpen = 1 }));
        app.MapPost($"/api/discrepancies/{One:D}/accept", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            _asked.Add(await reader.ReadToEndAsync());
            return Results.NoContent();
        });
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task A_comparison_is_asked_for_waited_for_and_what_is_open_is_the_exit_code()
    {
        var answer = await Run("discrepancies", "--check", "--connection", "icare");
        Assert.Equal((1, 3), (answer.Exit, _looks));
        foreach (var text in new[] { "1750 records of icare compared, 1 read again: 1 opened, 0 healed, 1 open.", "Lead.overall_hard_bounced__c" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        Assert.Equal("?state=open&size=500&connection=icare", Assert.Single(_asked));
        Assert.Equal(1, (await Run("discrepancies", "--json")).Json.GetProperty("discrepancies").GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Where_all_agree_it_says_so()
    {
        var answer = await Run("discrepancies", "--connection", "icare-staging");
        Assert.Equal(0, answer.Exit);
        Assert.Contains("every formula that is compared agrees", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_is_left_as_it_is_with_a_reason_and_not_without()
    {
        Assert.Equal(0, (await Run("discrepancies", "accept", One.ToString("D"), "--reason", "Known, ticket 42")).Exit);
        Assert.Equal("""{"reason":"Known, ticket 42"}""", Assert.Single(_asked));
        Assert.Equal(2, (await Run("discrepancies", "accept", One.ToString("D"))).Exit);
        Assert.Equal(2, (await Run("discrepancies", "--check")).Exit);
    }
}
