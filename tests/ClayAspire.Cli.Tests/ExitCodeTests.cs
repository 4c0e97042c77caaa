using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class ExitCodeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("clayaspire").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("plan", "--flow", "bounce-sync")]
    [InlineData("approve", "not-an-id")]
    [InlineData("import", "/no/such/file.csv", "--table", "t")]
    [InlineData("approve", "0195e000-0000-7000-8000-000000000001", "--cells", "1,x")]
    [InlineData("kpi", "--console", "nowhere")]
    public async Task Wrong_usage_is_2(params string[] args) => Assert.Equal(2, (await CommandLine.RunAsync(args)).Exit);

    [Theory]
    [InlineData("--help")]
    [InlineData("plan", "show", "--help")]
    public async Task Help_is_0(params string[] args) => Assert.Equal(0, (await CommandLine.RunAsync(args)).Exit);

    [Fact]
    public async Task A_service_that_is_not_there_is_3_with_the_remedy()
    {
        var answer = await CommandLine.RunAsync("kpi", "--console", "http://127.0.0.1:1", "--key", "k");
        Assert.Equal(3, answer.Exit);
        Assert.Contains("dotnet run --project ClayAspire.AppHost", answer.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await CommandLine.RunAsync("kpi", "--key", "k")).Exit);
    }

    [Fact]
    public async Task A_refusal_is_1_with_the_services_words()
    {
        await using var console = await CommandLine.ServeAsync(app =>
            app.MapPost("/api/plans", () => CommandLine.Problem(409, "flow-paused", "The flow is paused.")));
        var answer = await CommandLine.RunAsync("plan", "--connection", "icare", "--flow", "bounce-sync", "--console", console.Urls.First(), "--key", "k");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("flow-paused", answer.Error, StringComparison.Ordinal);
        var json = await CommandLine.RunAsync("plan", "--connection", "icare", "--flow", "bounce-sync", "--console", console.Urls.First(), "--key", "k", "--json");
        Assert.Equal("flow-paused", json.Json.GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Addresses_come_from_the_running_stacks_file_and_a_demo_gives_its_key()
    {
        string? key = null;
        await using var console = await CommandLine.ServeAsync(app =>
        {
            app.MapGet("/api/info", () => Results.Json(new { product = "ClayAspire", demo = true }));
            app.MapGet("/api/kpis", (HttpRequest request) =>
            {
                key = request.Headers.Authorization;
                return Results.Json(new { snapshot = new { id = "s1", takenAt = "2026-04-01T00:00:00Z" }, kpis = Array.Empty<object>() });
            });
        });
        Directory.CreateDirectory(Path.Combine(_directory, "artifacts", "run"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "artifacts", "run", "endpoints.json"), $$"""{"console":"{{console.Urls.First()}}"}""");
        var below = Directory.CreateDirectory(Path.Combine(_directory, "services", "x")).FullName;
        var answer = await CommandLine.RunAsync([], below, "kpi");
        Assert.Equal(0, answer.Exit);
        Assert.Contains("Snapshot s1", answer.Output, StringComparison.Ordinal);
        Assert.Equal("Bearer demo-crm-admin-key", key);
        await CommandLine.RunAsync(new Dictionary<string, string> { ["CLAYASPIRE_KEY"] = "mine" }, below, "kpi");
        Assert.Equal("Bearer mine", key);
    }
}
