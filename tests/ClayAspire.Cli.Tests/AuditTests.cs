using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class AuditTests : IAsyncLifetime
{
    private static readonly Guid Audit = Guid.Parse("0195e000-0000-7000-8000-0000000000a1");
    private readonly List<string> _asked = [];
    private string _verdict = "missing";
    private int _looks;
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapPost("/api/permissions/audits", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            _asked.Add(await reader.ReadToEndAsync());
            return _asked[^1].Contains("hubspot", StringComparison.Ordinal)
                ? CommandLine.Problem(422, "permissions-not-stated", "permissions.yaml does not say what the user of 'hubspot-main' is to have.")
                : Results.Accepted(value: new { auditId = Audit, location = $"/api/permissions/audits/{Audit:D}" });
        });
        app.MapGet($"/api/permissions/audits/{Audit:D}", () => ++_looks < 3 ? CommandLine.Problem(404, "permission-audit-pending", "The worker is reading.") : Results.Json(View()));
        app.MapGet("/api/permissions", () => new[] { View() });
        app.MapGet($"/api/permissions/audits/{Audit:D}/findings", (int page) => new
        {
            total = 3,
            items = page == 1
                ? new[] { Finding("field", "CampaignMember.ReplyClassification__c", "missing", "edit", "read"), Finding("role", "SBS", "right", "SBS", "SBS") }
                : [Finding("gbu", "Lead: Mobility", "right", "at least 1 record", "42 records")],
        });
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private object View() => new
    {
        id = Audit,
        connection = "icare",
        readAt = "2026-11-25T10:00:00Z",
        verdict = _verdict,
        right = 2,
        tooMuch = 0,
        missing = 1,
        unknown = 0,
        userName = "clayaspire@crm.example",
        profile = "API only",
        role = "SBS",
        fault = (string?)null,
    };

    private static object Finding(string area, string subject, string standing, string expected, string found) =>
        new { area, subject, standing, expected, found, grantedBy = "Set_A", text = "Grant it." };

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task The_audit_is_asked_for_waited_for_and_shown_and_the_exit_code_is_for_a_pipeline()
    {
        var answer = await Run("audit", "permissions", "--connection", "icare");
        Assert.Equal((1, 3), (answer.Exit, _looks));
        Assert.Equal(["""{"connection":"icare"}"""], _asked);
        foreach (var text in new[] { "clayaspire@crm.example: missing", "CampaignMember.ReplyClassification__c", "Set_A", "Grant it.", "Lead: Mobility", "42 records" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("role ", answer.Output.Split('\n', 3)[2], StringComparison.Ordinal);
        _verdict = "right";
        Assert.Equal(0, (await Run("audit", "permissions", "--connection", "icare", "--all")).Exit);
    }

    [Fact]
    public async Task The_latest_audit_is_shown_without_asking_the_worker()
    {
        var json = (await Run("audit", "permissions", "--connection", "icare", "--last", "--json")).Json;
        Assert.Empty(_asked);
        Assert.Equal(3, json.GetProperty("findings").GetArrayLength());
        Assert.Equal("missing", json.GetProperty("audit").GetProperty("verdict").GetString());
        Assert.Equal(1, (await Run("audit", "permissions", "--connection", "elsewhere", "--last")).Exit);
    }

    [Fact]
    public async Task A_connection_that_nothing_is_expected_of_is_refused_with_the_remedy_and_one_is_needed()
    {
        var refused = await Run("audit", "permissions", "--connection", "hubspot-main");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("permissions.yaml does not say", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("audit", "permissions")).Exit);
    }
}
