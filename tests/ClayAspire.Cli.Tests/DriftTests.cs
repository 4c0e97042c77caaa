using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class DriftTests : IAsyncLifetime
{
    private static readonly Guid Sample = Guid.Parse("0195e000-0000-7000-8000-0000000000f1");
    private readonly List<string> _asked = [];
    private int _looks;
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapGet("/api/drift", (HttpRequest request) =>
        {
            _asked.Add(request.QueryString.Value!);
            return Results.Json(new { days = 30, since = DateTimeOffset.UnixEpoch, rates = request.Query["connection"] == "icare" ? [] : new[] { Rate() } });
        });
        app.MapPost("/api/drift/sample", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            _asked.Add(await reader.ReadToEndAsync());
            return Results.Accepted(value: new { sampleId = Sample, location = $"/api/drift/samples/{Sample:D}" });
        });
        app.MapGet($"/api/drift/samples/{Sample:D}", () => ++_looks < 3
            ? CommandLine.Problem(404, "drift-pending", "The sample is being taken.")
            : Results.Json(new { id = Sample, connection = "icare-staging", cells = 200, eligible = 900, changed = 35, seed = 7 }));
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private static object Share(int count, double rate, double low, double high) => new { count, rate, low95 = low, high95 = high };

    private static object Rate() => new
    {
        connection = "icare-staging",
        @object = "Lead",
        field = "City",
        sample = 200,
        changed = Share(35, 0.175, 0.1286, 0.2337),
        by = new { human = Share(20, 0.1, 0.0657, 0.1494), automation = Share(10, 0.05, 0.0274, 0.0896), integration = Share(5, 0.025, 0.0107, 0.0572), us = Share(0, 0, 0, 0.0188), unknown = Share(0, 0, 0, 0.0188) },
        gone = 1,
        notVisible = 0,
    };

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task Rates_are_shown_by_field_and_by_whom_with_their_intervals()
    {
        var answer = await Run("drift", "--days", "7");
        Assert.Equal(0, answer.Exit);
        foreach (var text in new[] { "Lead.City", "200", "17.5 % (12.9–23.4)", "10.0 % (6.6–14.9)", "5.0 % (2.7–9.0)", "2.5 % (1.1–5.7)" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        Assert.Equal(["?days=7"], _asked);
    }

    [Fact]
    public async Task A_sample_is_asked_for_and_waited_for()
    {
        var answer = await Run("drift", "--sample", "--connection", "icare-staging", "--cells", "200", "--seed", "7");
        Assert.Equal(0, answer.Exit);
        Assert.Equal(3, _looks);
        Assert.Equal("""{"connection":"icare-staging","cells":200,"seed":7}""", _asked[0]);
        Assert.Contains("200 of 900 cells of icare-staging were looked at (seed 7); 35 had changed.", answer.Output, StringComparison.Ordinal);
        var json = (await Run("drift", "--sample", "--connection", "icare-staging", "--json")).Json;
        Assert.Equal((35, 20), (json.GetProperty("sample").GetProperty("changed").GetInt32(), json.GetProperty("report").GetProperty("rates")[0].GetProperty("by").GetProperty("human").GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task Without_looks_it_says_so_and_what_to_do() =>
        Assert.Contains("--sample has the worker look now", (await Run("drift", "--connection", "icare")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_sample_needs_a_connection_and_cells_need_a_sample()
    {
        Assert.Equal(2, (await Run("drift", "--sample")).Exit);
        Assert.Equal(2, (await Run("drift", "--cells", "5")).Exit);
    }
}
