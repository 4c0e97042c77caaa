using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".csv");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_file_is_sent_as_it_is_and_the_wait_ends_when_nothing_is_pending()
    {
        await File.WriteAllTextAsync(_file, "a,b\n1,2\n");
        string? received = null, query = null;
        var pending = 3;
        await using var ingestion = await CommandLine.ServeAsync(app =>
        {
            app.MapPost("/v1/files", async (HttpRequest request) =>
            {
                received = await new StreamReader(request.Body).ReadToEndAsync();
                query = request.QueryString.Value;
                return Results.Json(new { importId = "i1", state = "completed", rows = 1, accepted = 1, duplicates = 0, quarantined = 1, quarantine = "/v1/imports/i1/quarantine" }, statusCode: 202);
            });
            app.MapGet("/v1/signals/pending", () => Results.Json(new { hasPending = pending-- > 0 }));
        });
        var answer = await CommandLine.RunAsync("import", _file, "--table", "fake_1000", "--wait", "--ingestion", ingestion.Urls.First(), "--key", "k");
        Assert.Equal(0, answer.Exit);
        Assert.Equal("a,b\n1,2\n", received);
        Assert.Contains("table=fake_1000", query, StringComparison.Ordinal);
        Assert.Contains("/v1/imports/i1/quarantine", answer.Output, StringComparison.Ordinal);
        Assert.True(pending < 0);
    }

    [Fact]
    public async Task A_wrong_key_is_1_before_the_file_is_sent()
    {
        await File.WriteAllTextAsync(_file, "a\n1\n");
        await using var ingestion = await CommandLine.ServeAsync(app => app.MapPost("/v1/files", () => CommandLine.Problem(401, "unauthenticated", "No valid key.")));
        var answer = await CommandLine.RunAsync("import", _file, "--table", "t", "--ingestion", ingestion.Urls.First(), "--key", "wrong");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("No valid key", answer.Error, StringComparison.Ordinal);
    }
}
