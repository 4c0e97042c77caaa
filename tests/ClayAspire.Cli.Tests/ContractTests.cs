using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class ContractTests : IAsyncLifetime
{
    private readonly List<(string Verb, string Key, JsonElement Body)> _asked = [];
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapGet("/api/info", () => Results.Json(new { product = "ClayAspire", demo = true }));
        app.MapGet("/api/contracts", (int page, string? status) => Results.Json(new
        {
            items = page > 1 ? [] : new[] { Contract("PendingLegal", signed: false), Contract("Active", signed: true) }.Where(c => status is null || JsonSerializer.Serialize(c).Contains($"\"status\":\"{status}\"", StringComparison.Ordinal)).ToArray(),
            total = status is null ? 2 : 1,
        }));
        app.MapGet("/api/contracts/icare/Lead/Industry", () => Results.Json(new { contract = Contract("Active", signed: true), terms = new[] { "type: text", "max_length: 255" }, history = new[] { Fact() } }));
        app.MapPost("/api/contracts/icare/Lead/{field}/{verb}", (string field, string verb, HttpRequest request, JsonElement body) =>
        {
            _asked.Add((verb, request.Headers.Authorization.ToString(), body));
            return field == "Industry" ? Results.Json(Contract("Active", signed: true)) : CommandLine.Problem(403, "wrong-role", "Only role 'DPO' signs a field contract.");
        });
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private static object Contract(string status, bool signed) => new
    {
        connection = "icare",
        @object = "Lead",
        field = "Industry",
        status,
        fileStatus = "PendingLegal",
        remark = (string?)null,
        takesSignature = true,
        signature = signed ? "valid" : "none",
        signed = signed ? Fact() : null,
        hash = "abc",
        heldValues = 6,
        fillRate = signed ? (double?)null : 0.25,
        fillRateIfSigned = signed ? (double?)null : 0.6667,
    };

    private static object Fact() => new { action = "signed", by = "dpo", role = "DPO", at = "2026-03-03T10:00:00+00:00", basis = "Consent", expiresOn = "2027-12-31", reason = (string?)null };

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First()]);

    [Fact]
    public async Task Contracts_are_listed_with_what_they_cost()
    {
        var answer = await Run("contract", "list");
        Assert.Equal((0, ""), (answer.Exit, answer.Error));
        foreach (var text in new[] { "Lead.Industry", "not signed", "25.0 %", "66.7 %", "valid, by dpo on 2026-03-03, until 2027-12-31" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
        var json = await Run("contract", "list", "--status", "Active", "--json");
        Assert.Equal("Active", Assert.Single(json.Json.EnumerateArray()).GetProperty("status").GetString());
        Assert.Equal(2, (await Run("contract", "list", "--status", "Signed")).Exit);
    }

    [Fact]
    public async Task A_contract_is_shown_with_its_terms_and_its_history()
    {
        var answer = await Run("contract", "show", "icare", "Lead", "Industry");
        foreach (var text in new[] { "icare / Lead.Industry: Active (the files say PendingLegal)", "max_length: 255", "2026-03-03 10:00:00Z  signed        by dpo (DPO), until 2027-12-31: Consent" })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_names_the_contract_as_it_is_or_as_it_was_read_and_the_demo_signs_as_its_DPO()
    {
        Assert.Equal(0, (await Run("contract", "sign", "icare", "Lead", "Industry", "--basis", "Consent", "--expires-on", "2027-12-31")).Exit);
        Assert.Equal(0, (await Run("contract", "sign", "icare", "Lead", "Industry", "--basis", "Consent", "--hash", "read")).Exit);
        Assert.Equal([("abc", "2027-12-31"), ("read", null)], _asked.Select(a => (a.Body.GetProperty("hash").GetString(), a.Body.GetProperty("expiresOn").GetString())));
        Assert.All(_asked, a => Assert.Equal("Bearer demo-dpo-key", a.Key));
        Assert.Equal(2, (await Run("contract", "sign", "icare", "Lead", "Industry")).Exit);
        Assert.Equal(2, (await Run("contract", "sign", "icare", "Lead", "Industry", "--basis", "Consent", "--expires-on", "soon")).Exit);
    }

    [Fact]
    public async Task Suspend_resume_and_send_to_legal_say_why_and_a_refusal_is_1()
    {
        Assert.Equal(0, (await Run("contract", "suspend", "icare", "Lead", "Industry", "--reason", "A complaint")).Exit);
        Assert.Equal(0, (await Run("contract", "resume", "icare", "Lead", "Industry")).Exit);
        Assert.Equal(0, (await Run("contract", "send-to-legal", "icare", "Lead", "Industry")).Exit);
        Assert.Equal([("suspend", "A complaint"), ("resume", null), ("send-to-legal", null)], _asked.Select(a => (a.Verb, a.Body.GetProperty("reason").GetString())));
        Assert.All(_asked, a => Assert.Equal("Bearer demo-crm-admin-key", a.Key));
        Assert.Equal(2, (await Run("contract", "suspend", "icare", "Lead", "Industry")).Exit);
        var refused = await Run("contract", "suspend", "icare", "Lead", "Other", "--reason", "x");
        Assert.Equal(1, refused.Exit);
        Assert.Contains("wrong-role", refused.Error, StringComparison.Ordinal);
    }
}
