using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace ClayAspire.Analytics.Tests;

/// <summary>The real program, killed in the middle of a snapshot.</summary>
public sealed class KilledProcessTests
{
    [Fact]
    public async Task The_next_start_is_clean_and_the_figures_are_those_of_an_undisturbed_run()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            insert into sync.signal (source, kind, table_name, idempotency_key, payload, occurred_at, received_at)
            select 'smartlead', 'smartlead.sent', 'e', i::text, jsonb_build_object('lead_email', i || '@a.example'), '2026-03-02Z', '2026-03-02Z'
            from generate_series(1, 60000) i
            """);
        var directory = Directory.CreateTempSubdirectory("clayaspire-analytics-").FullName;
        string first;
        using (var program = await Program.StartAsync(database.ExportConnectionString, directory))
        {
            first = await program.TakeAsync();
            var doomed = program.Client.PostAsync("/v1/snapshots", null);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!Directory.EnumerateFileSystemEntries(Path.Combine(directory, "staging")).Any())
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline.Token);
            program.Kill();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => doomed);
        }
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(Path.Combine(directory, "staging")));

        using var restarted = await Program.StartAsync(database.ExportConnectionString, directory);
        var shown = (await restarted.Client.GetFromJsonAsync<JsonNode>("/v1/kpis"))!;
        var parquet = Directory.EnumerateFiles(directory, "*.parquet", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)).Distinct().ToList();
        var second = await restarted.TakeAsync();
        var again = (await restarted.Client.GetFromJsonAsync<JsonNode>("/v1/kpis"))!;

        Assert.Equal(first, (string?)shown["snapshot"]!["id"]);
        Assert.Equal([first], parquet);
        Assert.NotEqual(first, second);
        Assert.Equal(Figures(shown), Figures(again));
        restarted.Kill();
        Directory.Delete(directory, recursive: true);
    }

    private static IEnumerable<string> Figures(JsonNode document) => document["kpis"]!.AsArray()
        .Select(k => $"{k!["key"]} {k["numerator"]}/{k["denominator"]} {k["series"]!.ToJsonString()} {k["segments"]!.ToJsonString()}");

    private sealed class Program : IDisposable
    {
        private readonly Process _process;

        private Program(Process process, Uri address)
        {
            _process = process;
            Client = new HttpClient { BaseAddress = address };
        }

        public HttpClient Client { get; }

        public static async Task<Program> StartAsync(string connectionString, string directory)
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClayAspire.Analytics.dll")])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                WorkingDirectory = AppContext.BaseDirectory,
            };
            start.Environment["ConnectionStrings__export"] = connectionString;
            start.Environment["Analytics__DataDirectory"] = directory;
            start.Environment["Analytics__Scheduled"] = "false";
            start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
            var process = Process.Start(start)!;
            const string marker = "Now listening on: ";
            try
            {
                using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
                    if (line.IndexOf(marker, StringComparison.Ordinal) is >= 0 and var at)
                    {
                        // Somebody must read on, or the program waits once the pipe is full.
                        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                        return new Program(process, new Uri(line[(at + marker.Length)..]));
                    }
                throw new InvalidOperationException("The program ended before it listened.");
            }
            catch
            {
                process.Kill();
                process.Dispose();
                throw;
            }
        }

        public async Task<string> TakeAsync()
        {
            using var answer = await Client.PostAsync("/v1/snapshots", null);
            return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["manifest"]!["id"]!;
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
                Kill();
            _process.Dispose();
            Client.Dispose();
        }
    }
}
