using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class SandboxEditTests : IAsyncLifetime
{
    private readonly List<string> _edits = [];
    private WebApplication _sandbox = null!;

    public async Task InitializeAsync() => _sandbox = await CommandLine.ServeAsync(app =>
    {
        app.MapPost("/salesforce-staging/services/oauth2/token", () => Results.Json(new { access_token = "t" }));
        app.MapPost("/salesforce-staging/_twin/edits", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            _edits.Add($"{request.Headers.Authorization} {await reader.ReadToEndAsync()}");
            return Results.Json(new { edited = 1 });
        });
    });

    public async Task DisposeAsync() => await _sandbox.DisposeAsync();

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync(["sandbox", "edit", .. args, "--connection", "icare-staging", "--sandbox", _sandbox.Urls.First()]);

    [Fact]
    public async Task A_record_is_edited_as_somebody_else_and_an_empty_value_clears()
    {
        var answer = await Run("00Q1", "City=Rome", "FirstName=", "--by", "automation");
        Assert.Equal((0, "Edited by 'automation': City, FirstName."), (answer.Exit, answer.Output.Trim()));
        Assert.Equal("""Bearer t {"by":"automation","edits":[{"id":"00Q1","fields":{"City":"Rome","FirstName":null}}]}""", Assert.Single(_edits));
    }

    [Fact]
    public async Task What_is_no_pair_is_wrong_use()
    {
        Assert.Equal(2, (await Run("00Q1", "Rome")).Exit);
        Assert.Empty(_edits);
    }
}
