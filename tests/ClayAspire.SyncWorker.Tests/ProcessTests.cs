using System.Diagnostics;
using ClayAspire.Connectors.Tests;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The built worker as a process.</summary>
public sealed class ProcessTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private static readonly string[] Promised =
    [
        "clay_rows_planned_total", "clay_rows_sent_total", "clay_rows_verified_total", "clay_rows_rejected_total", "clay_rows_skipped_total",
        "clay_refused_cells_total", "clay_plan_seconds_bucket", "clay_apply_seconds_bucket", "clay_quota_used_ratio",
        "clay_ledger_anchor_failures_total",
    ];

    [SkippableFact]
    public async Task It_is_healthy_and_its_metrics_are_those_promised_and_pass_promtool()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "secret.person@example.com" }]);
        var database = await SyncStack.NewDatabaseAsync();
        await using var worker = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", Environment(database, twin));
        await using var stack = await SyncStack.StartAsync(twin, database: database, run: false);
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "secret.person@example.com", bounce_class = "hard" });
        await stack.ClayRowAsync("leads", new { email = "secret.person@example.com", Title = "Secret title" });
        await stack.ApplyAsync(await stack.PlanAsync("icare", "bounce-sync"));
        await stack.PlanAsync("icare", "enrichment-writeback");

        using var http = new HttpClient { BaseAddress = worker.Address };
        Assert.Equal("Healthy", await http.GetStringAsync("health"));
        var metrics = "";
        await SyncStack.UntilAsync(async () => Promised.All((metrics = await http.GetStringAsync("metrics")).Contains), "all promised metrics are there");
        foreach (var text in (string[])[metrics, worker.Output])
        {
            Assert.DoesNotContain("secret.person", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Secret title", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Twin.Secret, text, StringComparison.Ordinal);
        }
        Assert.Contains("clay_refused_cells_total{", metrics, StringComparison.Ordinal);
        var (exit, said) = await PromtoolAsync(metrics);
        Skip.If(exit is null, "promtool is not on PATH");
        Assert.True(exit == 0, said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_retries_that_all_services_share_never_repeat_a_write(bool dropConnection)
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        var database = await SyncStack.NewDatabaseAsync();
        await using var worker = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", Environment(database, twin));
        await using var stack = await SyncStack.StartAsync(twin, database: database, run: false);
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "a@example.com", bounce_class = "hard" });
        var plan = await stack.PlanAsync("icare", "bounce-sync");
        await twin.Main.FaultsAsync(new { failAfterCommit = 1, dropConnection });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.Green, 1), (run.State, run.Verified));
        var write = Assert.Single(await twin.Main.WritesAsync());
        Assert.Equal((1, 1), (write.Received, write.Committed));
    }

    [Fact]
    public async Task Wrong_settings_stop_the_start_with_the_remedy()
    {
        var environment = Environment("Host=127.0.0.1", fixture.Twin);
        environment["Connections__icare__BaseUrl"] = "nonsense";

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment));

        Assert.Contains("Connections:icare:BaseUrl is no web address. Set it to", failure.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string database, Twin twin) =>
        SyncStack.Configuration(database, twin).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);

    private static async Task<(int? Exit, string Said)> PromtoolAsync(string metrics)
    {
        try
        {
            using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            await promtool.StandardInput.WriteAsync(metrics);
            promtool.StandardInput.Close();
            var said = await promtool.StandardError.ReadToEndAsync();
            await promtool.WaitForExitAsync();
            return (promtool.ExitCode, said);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Not installed: the caller says so.
            return (null, "");
        }
    }
}
