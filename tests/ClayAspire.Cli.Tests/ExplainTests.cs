using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class ExplainTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private WebApplication _console = null!;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapGet("/api/explain/icare/Lead/00Q1", () => Results.Json(new[] { new { field = "Industry", offers = 1, plans = 1, verdict = "Hold", reason = "It waits." } }));
        app.MapGet("/api/explain/icare/Lead/00Q1/Industry", () => Results.Json(Story(), new System.Text.Json.JsonSerializerOptions(System.Text.Json.JsonSerializerDefaults.Web)
        {
            Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        }));
        app.MapGet("/api/explain/icare/Lead/00Qnone/Industry", () => CommandLine.Problem(404, "record-unknown", "Nothing is known of it."));
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    /// <summary>What the console would answer: the real explainer over a held value.</summary>
    private static CellExplanation Story()
    {
        var contract = new FieldContract("icare", "Lead", "Industry", FieldType.Text, ContractStatus.PendingLegal, MergeRule.FillBlank, ["clay"], "DPO", null, [], "Waits for Legal.");
        var flow = new Flow("enrichment-writeback", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));
        var policy = new PolicySet("policy-1", [contract], [flow], []);
        var candidate = new Candidate(7, "clay", Noon, FieldValue.FromCanonical("Wind energy"));
        var cell = new CellKey(new RecordKey("icare", "Lead", "00Q1"), "Industry");
        return CellExplainer.Explain(policy, new CellFacts(cell, new MirrorReading(RecordState.Live, default, false, Noon.AddHours(1)),
            [new Offer(candidate, flow.Name, "held", Noon.AddMinutes(1))], [], []));
    }

    private Task<Answer> Run(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task A_cell_is_told_as_a_text_to_read()
    {
        var answer = await Run("explain", "icare", "Lead", "00Q1", "Industry");
        Assert.Equal((0, ""), (answer.Exit, answer.Error));
        foreach (var text in new[]
        {
            "icare / Lead / 00Q1 / Industry", "'Wind energy' from 'clay' is held: Lead.Industry is Pending Legal.", "In the CRM   blank (seen 2026-03-02 13:00:00Z)", "[pending-legal]",
            "Waits for    DPO", "ANSWERED     Contract status", "NotCompared  'Wind energy' from clay", "If the contract of Lead.Industry were Active", "[contract-active]", "offered",
        })
            Assert.Contains(text, answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_it_is_the_console_s_own_answer()
    {
        var answer = await Run("explain", "icare", "Lead", "00Q1", "Industry", "--json");
        Assert.Equal("Hold", answer.Json.GetProperty("decision").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Without_a_field_the_record_s_fields_are_listed() =>
        Assert.Contains("Industry", (await Run("explain", "icare", "Lead", "00Q1")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_record_is_1_and_says_so()
    {
        var answer = await Run("explain", "icare", "Lead", "00Qnone", "Industry");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("record-unknown", answer.Error, StringComparison.Ordinal);
    }
}
