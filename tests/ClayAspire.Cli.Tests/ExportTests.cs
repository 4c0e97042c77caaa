using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class ExportTests : IAsyncLifetime
{
    private static readonly Guid Export = Guid.Parse("0195e000-0000-7000-8000-0000000000e1");
    private readonly List<string> _asked = [];
    private string _end = "finished";
    private int _unknown;
    private int _looks;
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapPost("/api/exports", async (HttpRequest request) =>
        {
            _asked.Add(await BodyAsync(request));
            return Results.Accepted(value: new { exportId = Export, location = $"/api/exports/{Export:D}" });
        });
        app.MapGet($"/api/exports/{Export:D}", () => View(++_looks < 3 ? "sending" : _end));
        app.MapPost($"/api/exports/{Export:D}/resume", () => CommandLine.Problem(409, "export-not-stopped", "The export is finished; only one that stands still is resumed."));
        app.MapPost($"/api/exports/{Export:D}/unknown", async (HttpRequest request) =>
        {
            _asked.Add(await BodyAsync(request));
            _unknown = 0;
            return Results.Json(new { rows = 1 });
        });
        app.MapGet($"/api/exports/{Export:D}/file.csv", () => Results.Text("clayaspire_key,email\n1,a@example.test\n", "text/csv"));
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private static async Task<string> BodyAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync();
    }

    private object View(string state) => new
    {
        export = new { id = Export, connection = "icare", campaignId = "701000000000001AAA", campaignName = "Autumn", target = "members", state, members = 12, remark = _unknown > 0 ? "1 row has an unknown outcome." : null },
        rows = new { sent = 9 - _unknown, sending = 0, pending = 0, excluded = 3, rejected = 0, unknown = _unknown },
        reasons = new[] { new { state = "excluded", reasonCode = "opted-out", rows = 3 } },
    };

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task A_campaign_is_exported_and_waited_for_and_those_left_out_are_counted_by_reason()
    {
        var answer = await Run("export", "campaign", "--connection", "icare", "--campaign", "701000000000001AAA", "--to", "members");
        Assert.Equal((0, 3), (answer.Exit, _looks));
        Assert.Equal(["""{"connection":"icare","campaignId":"701000000000001AAA","target":"members"}"""], _asked);
        foreach (var text in new[] { "finished. Autumn", "opted-out", "12" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        Assert.Equal(9, (await Run("export", "show", $"{Export}", "--json")).Json.GetProperty("rows").GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task An_export_that_stands_still_or_has_rows_of_unknown_outcome_is_a_negative_result_until_they_are_settled()
    {
        _end = "stopped";
        Assert.Equal(1, (await Run("export", "campaign", "--connection", "icare", "--campaign", "701000000000001AAA", "--to", "members")).Exit);
        (_end, _unknown) = ("finished", 1);
        var unknown = await Run("export", "show", $"{Export}");
        Assert.Equal(1, unknown.Exit);
        Assert.Contains("1 row has an unknown outcome.", unknown.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("export", "settle", $"{Export}")).Exit);
        Assert.Equal(0, (await Run("export", "settle", $"{Export}", "--arrived")).Exit);
        Assert.Equal("""{"arrived":true}""", _asked[^1]);
        var refused = await Run("export", "resume", $"{Export}");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("only one that stands still", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_written_once_and_never_over_another()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("export").FullName, "members.csv");
        string[] export = ["export", "campaign", "--connection", "icare", "--campaign", "701000000000001AAA", "--to", "csv", "--file", path];
        Assert.Equal(0, (await Run(export)).Exit);
        Assert.Contains("a@example.test", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        Assert.Equal(2, (await Run(export)).Exit);
        Assert.Equal(2, (await Run("export", "campaign", "--connection", "icare", "--campaign", "x", "--to", "members", "--file", path + "2")).Exit);
    }
}
