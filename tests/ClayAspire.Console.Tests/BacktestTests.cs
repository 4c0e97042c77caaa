using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Console.Operations;
using ClayAspire.Domain.Policy;
using CsvHelper;
using Microsoft.Extensions.DependencyInjection;

namespace ClayAspire.Console.Tests;

/// <summary>One database for the class; what is in it stands in <see cref="BacktestWorld"/>.</summary>
public sealed class BacktestHost : IAsyncLifetime
{
    internal ConsoleHost Console { get; } = new();

    internal BacktestWorld World { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Console.InitializeAsync();
        World = await BacktestWorld.MakeAsync(Console.World);
    }

    public Task DisposeAsync() => Console.DisposeAsync();
}

public sealed class BacktestTests(BacktestHost host) : IClassFixture<BacktestHost>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private async Task<HttpResponseMessage> PostAsync(object order, string user = "crm-admin") =>
        await (await host.Console.ApiAsync(user)).PostAsJsonAsync("/api/policy/backtest", order);

    private static async Task<List<JsonElement>> LinesAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l))];
    }

    private static BacktestReport ReportOf(List<JsonElement> lines) => lines[^1].GetProperty("report").Deserialize<BacktestReport>(Json)!;

    private static string Line(BacktestCell c) => $"{c.Connection} {c.RecordId} {c.Field} {c.Difference} {c.Start}|{c.Now.Outcome} {c.Now.End}|{c.Then.Outcome} {c.Then.End}";

    [Fact]
    public async Task Held_values_are_written_then_and_a_latest_rule_overwrites_what_fill_blank_keeps()
    {
        var lines = await LinesAsync(await PostAsync(new { files = host.World.Other(), days = 90, allCells = true }));
        Assert.Equal(["cell", "cell", "cell", "progress", "report"], lines.Select(l => l.GetProperty("line").GetString()!));
        Assert.Equal(
        [
            $"icare {BacktestWorld.Blank} Industry WrittenThenOnly |Held |Written Energy",
            $"icare {BacktestWorld.Filled} Industry OtherVerdict Banking|Held Banking|Kept Banking",
            $"icare-staging {BacktestWorld.StagingFilled} City WrittenThenOnly Antwerp|Kept Antwerp|Written Ghent",
        ], lines.Take(3).Select(l => Line(l.GetProperty("cell").Deserialize<BacktestCell>(Json)!)));
        Assert.Equal((5, 5, 3), (lines[3].GetProperty("progress").GetProperty("signals").GetInt32(), lines[3].GetProperty("progress").GetProperty("total").GetInt32(),
            lines[3].GetProperty("progress").GetProperty("differing").GetInt32()));

        var report = ReportOf(lines);
        Assert.Equal((5, 4, 4, 3), (report.Signals, report.Records, report.Cells, report.Differing));
        Assert.Equal((0, 1), (report.OverwritesAvoided, report.OverwritesAdded));
        // City of staging: both of its leads hold one at the end, now and then. Industry of icare: one of two before and now, both then.
        var city = report.Fields.Single(f => (f.Connection, f.Field) == (World.Staging, "City"));
        Assert.Equal((2, 1, 2, 2, 1, 2, 0, 1), (city.Records, city.FilledAtStart, city.FilledNow, city.FilledThen, city.WritesNow, city.WritesThen, city.OverwritesNow, city.OverwritesThen));
        var industry = report.Fields.Single(f => (f.Connection, f.Field) == ("icare", "Industry"));
        Assert.Equal((2, 1, 1, 2), (industry.Records, industry.FilledAtStart, industry.FilledNow, industry.FilledThen));
        Assert.Equal(["record-unmatched 1"], report.Then.NotReplayable.Select(n => $"{n.Code} {n.Signals}"));
        // The one value that a run wrote in fact is the one that the replay writes.
        Assert.Equal(new ReplayFidelity(1, 1), report.Fidelity);
        Assert.Equal(new StartOrigins(4, 0, 0, 0, 0), report.Starts);
    }

    [Fact]
    public async Task The_policy_in_force_against_itself_differs_in_nothing()
    {
        var report = ReportOf(await LinesAsync(await PostAsync(new { files = host.World.Files() })));
        Assert.Equal((5, 4, 0), (report.Signals, report.Cells, report.Differing));
        Assert.Equal(report.Now.PolicyVersion, report.Then.PolicyVersion);
        Assert.Equal(TimeSpan.FromDays(BacktestDesk.DefaultDays), report.Window.To - report.Window.From);
    }

    [Fact]
    public async Task One_connection_alone_may_be_looked_at()
    {
        var report = ReportOf(await LinesAsync(await PostAsync(new { files = host.World.Other(), connection = World.Staging })));
        Assert.Equal((2, 2, 1), (report.Signals, report.Records, report.Differing));
        Assert.All(report.Fields, f => Assert.Equal(World.Staging, f.Connection));
    }

    [Theory]
    [InlineData("marcom", HttpStatusCode.OK)]
    [InlineData("dpo", HttpStatusCode.OK)]
    [InlineData("admin", HttpStatusCode.OK)]
    [InlineData("viewer", HttpStatusCode.Forbidden)]
    [InlineData("it", HttpStatusCode.Forbidden)]
    public async Task Only_who_answers_for_the_policy_may_run_one(string user, HttpStatusCode expected) =>
        Assert.Equal(expected, (await PostAsync(new { files = host.World.Files() }, user)).StatusCode);

    [Fact]
    public async Task A_policy_that_does_not_load_answers_with_file_line_and_remedy()
    {
        var answer = await PostAsync(new { files = host.World.Files(("contracts/icare.yaml", "rule: latest", "rule: newest")) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("policy-faulty", problem.GetProperty("code").GetString());
        var fault = problem.GetProperty("problems").Deserialize<List<PolicyProblem>>(Json)!.Single();
        Assert.Equal("contracts/icare.yaml", fault.File);
        Assert.True(fault.Line > 1);
        Assert.Contains("newest", fault.Message, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Remedy);
    }

    [Theory]
    [InlineData(0, null, "bad-days")]
    [InlineData(3651, null, "bad-days")]
    [InlineData(90, "nowhere", "connection-unknown")]
    public async Task What_cannot_be_asked_is_refused(int days, string? connection, string code)
    {
        var answer = await PostAsync(new { files = host.World.Files(), days, connection });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Files_that_would_break_a_reader_are_refused_and_the_console_lives()
    {
        foreach (var text in new[] { "connection: " + new string('[', 100_000), Laughs(), "a: &a [*a]\n? *a\n: b\n", "- \0", "\uFEFF" })
        {
            var answer = await PostAsync(new { files = new[] { new PolicyFile("contracts/x.yaml", text), new PolicyFile("../../etc/passwd", "a: b") } });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("problems").GetArrayLength() > 0);
        }
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(new { files = new[] { new PolicyFile("contracts/x.yaml", new string('x', 4_000_001)) } })).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(new { files = new[] { null, new { path = (string?)null, text = (string?)null } } })).StatusCode);
        var twice = host.World.Files();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(new { files = twice.Append(twice[0]) })).StatusCode);
    }

    [Fact]
    public async Task There_is_one_at_a_time()
    {
        var order = new { files = host.World.Files() };
        using (host.Console.Services.GetRequiredService<BacktestDesk>().TryTakeTurn())
            Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(order)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(order)).StatusCode);
    }

    [Fact]
    public async Task The_command_line_shows_the_report_and_writes_every_differing_cell_to_a_file()
    {
        using var folder = new OtherPolicy(host.World.Other());
        var csv = Path.Combine(folder.Path, "cells.csv");
        var (exit, output, error) = await CommandAsync("policy", "backtest", "--policy", folder.Path, "--csv", csv);
        Assert.True(exit == 0, output + error);
        foreach (var text in new[]
        {
            "5 signals, 4 records, 4 cells", "3 cells would differ", "written then only", "held (pending-legal)", "written (fills-blank)", "another verdict", "'Antwerp' → 'Antwerp' / 'Ghent'",
            "Overwrites avoided: 0. Overwrites added: 1.", "50.0 % → 100.0 %", "1 record-unmatched", "4 cells by a plan", "1 cells, of which the replay now gives 1 the same value", "What the replay assumes:",
        })
            Assert.Contains(text, output, StringComparison.Ordinal);
        using var reader = CsvReader.Create(File.OpenRead(csv));
        var rows = new List<string>();
        await foreach (var record in reader)
            rows.Add($"{record["connection"].ToString()} {record["record"].ToString()} {record["difference"].ToString()} {record["start"].ToString()}|{record["now"].ToString()} {record["now_value"].ToString()}|{record["then"].ToString()} {record["then_value"].ToString()} {record["then_overwrites"].ToString()} {record["then_release"].ToString()}");
        Assert.Equal(
        [
            $"icare {BacktestWorld.Blank} WrittenThenOnly |Held |Written Energy 0 WithPlan",
            $"icare {BacktestWorld.Filled} OtherVerdict Banking|Held Banking|Kept Banking 0 ",
            $"icare-staging {BacktestWorld.StagingFilled} WrittenThenOnly Antwerp|Kept Antwerp|Written Ghent 1 WithPlan",
        ], rows);
        Assert.Equal([csv], Directory.GetFiles(folder.Path, "cells*"));
    }

    [Fact]
    public async Task With_json_the_command_line_gives_the_console_s_own_report_and_of_a_faulty_policy_its_problems()
    {
        using var folder = new OtherPolicy(host.World.Other());
        var (exit, output, error) = await CommandAsync("policy", "backtest", "--policy", folder.Path, "--days", "30", "--connection", World.Staging, "--json");
        Assert.True(exit == 0, output + error);
        var report = JsonElement.Parse(output).Deserialize<BacktestReport>(Json)!;
        Assert.Equal((World.Staging, 1, TimeSpan.FromDays(30)), (report.Connection, report.Differing, report.Window.To - report.Window.From));

        using var faulty = new OtherPolicy(host.World.Files(("flows.yaml", "release: approval", "release: sometimes")));
        (exit, output, _) = await CommandAsync("policy", "backtest", "--policy", faulty.Path);
        Assert.Equal(1, exit);
        Assert.Matches("flows.yaml:[0-9]+: 'sometimes'", output);
    }

    private async Task<(int Exit, string Output, string Error)> CommandAsync(params string[] arguments)
    {
        var program = typeof(BacktestTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CommandLine").Value!;
        var start = new ProcessStartInfo("dotnet", [program, .. arguments, "--console", host.Console.Address.ToString(), "--key", await host.Console.World.KeyOfAsync("dpo")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private static string Laughs()
    {
        var text = "a0: &a0 [x, x]\n";
        for (var i = 1; i < 40; i++)
            text += $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n";
        return text + "? *a39\n: x\n";
    }

    private sealed class OtherPolicy : IDisposable
    {
        public OtherPolicy(List<PolicyFile> files)
        {
            foreach (var file in files)
            {
                var target = System.IO.Path.Combine(Path, file.Path);
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                File.WriteAllText(target, file.Text);
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("clayaspire-policy-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
