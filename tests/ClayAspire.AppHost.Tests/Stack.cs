using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace ClayAspire.AppHost.Tests;

/// <summary>The whole stack with demo data, started once for the tests that use it as a person would.</summary>
public sealed class Stack : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);
    private static readonly string[] Services = ["crm-sandbox", "ingestion", "sync-worker", "analytics", "console"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("clayaspire-temp-stack-");
    private DistributedApplication? _app;

    internal static string Root { get; } = Path.GetFullPath(Setting("RepositoryRoot"));

    internal DistributedApplication App => _app ?? throw new InvalidOperationException("The stack has not been started.");

    internal HttpClient Console { get; private set; } = new();

    internal HttpClient Ingestion { get; private set; } = new();

    internal HttpClient Smartlead { get; private set; } = new();

    internal HttpClient Twin { get; private set; } = new();

    internal string AnalyticsFolder => Path.Combine(_directory.FullName, "state", "analytics");

    public async Task InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.ClayAspire_AppHost>(
            [$"--CLAYASPIRE_STATE={Path.Combine(_directory.FullName, "state")}", $"--CLAYASPIRE_RUN={Path.Combine(_directory.FullName, "run")}", "--CLAYASPIRE_DEMO=on"]);
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await Task.WhenAll(Services.Select(s => _app.ResourceNotifications.WaitForResourceHealthyAsync(s))).WaitAsync(Deadline);
        var demo = await _app.ResourceNotifications.WaitForResourceAsync("demo-data", e => e.Snapshot.ExitCode is not null).WaitAsync(Deadline);
        Assert.Equal(0, demo.Snapshot.ExitCode);
        Console = Client("console", "demo-crm-admin-key");
        Ingestion = Client("ingestion", "demo-clay-key");
        Smartlead = Client("ingestion", "demo-smartlead-key");
        Twin = _app.CreateHttpClient("crm-sandbox");
        Twin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("demo:demo-secret"u8));
    }

    public async Task DisposeAsync()
    {
        foreach (var client in new[] { Console, Ingestion, Smartlead, Twin })
            client.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>A SOQL query to the twin as its administrator, all pages.</summary>
    internal async Task<List<JsonElement>> QueryAsync(string org, string soql)
    {
        using var client = await AdministratorAsync(org);
        var rows = new List<JsonElement>();
        string? next = $"/{org}/services/data/v68.0/query?q={Uri.EscapeDataString(soql)}";
        while (next is not null)
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            rows.AddRange(page.GetProperty("records").EnumerateArray().Select(r => r.Clone()));
            next = page.TryGetProperty("nextRecordsUrl", out var url) ? url.GetString() : null;
        }
        return rows;
    }

    /// <summary>Asks for a plan and waits until it is sealed.</summary>
    internal async Task<JsonElement> PlanAsync(string connection, string flow)
    {
        using var answer = await Console.PostAsJsonAsync("/api/plans", new { connection, flow });
        var ordered = await ReadAsync(answer);
        return await UntilAsync(async () =>
        {
            using var found = await Console.GetAsync($"/api/plans/{ordered.GetProperty("planId").GetString()}");
            return found.IsSuccessStatusCode ? await ReadAsync(found) : (JsonElement?)null;
        });
    }

    internal async Task<List<JsonElement>> CellsAsync(JsonElement plan, string? verdict = null)
    {
        var cells = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var found = await Console.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.GetProperty("id").GetString()}/cells?verdict={verdict}&page={page}&size=500");
            var rows = found.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array).Value.EnumerateArray().Select(r => r.Clone()).ToList();
            cells.AddRange(rows);
            if (rows.Count < 500)
                return cells;
        }
    }

    /// <summary>Runs the command line as a program against this stack.</summary>
    internal async Task<(int ExitCode, string Output, string Error)> CommandAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Setting("CommandLine"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory.FullName,
        };
        foreach (var (name, service) in new[] { ("CONSOLE", "console"), ("INGESTION", "ingestion"), ("SANDBOX", "crm-sandbox"), ("ANALYTICS", "analytics") })
            start.Environment[$"CLAYASPIRE_{name}"] = App.GetEndpoint(service).ToString();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Asks again until there is an answer; the deadline is there so that a fault ends the test, not as a figure.</summary>
    internal static async Task<T> UntilAsync<T>(Func<Task<T?>> ask)
        where T : struct
    {
        using var deadline = new CancellationTokenSource(AnswerDeadline, TimeProvider.System);
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    internal static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static string Setting(string key) => typeof(Stack).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private HttpClient Client(string service, string key)
    {
        var client = App.CreateHttpClient(service);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private async Task<HttpClient> AdministratorAsync(string org)
    {
        var client = App.CreateHttpClient("crm-sandbox");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "demo",
            ["client_secret"] = "demo-secret",
        });
        using var answer = await client.PostAsync($"/{org}/services/oauth2/token", form);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await ReadAsync(answer)).GetProperty("access_token").GetString());
        return client;
    }
}

/// <summary>One stack for all tests that use it.</summary>
[CollectionDefinition(Name)]
public sealed class StackCollection : ICollectionFixture<Stack>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "stack";
}
