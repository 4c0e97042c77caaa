using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Npgsql;

namespace ClayAspire.AppHost.Tests;

/// <summary>The whole system from the AppHost's own entry point, without demo data, with a state directory of its own.</summary>
public sealed class AppHostTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly string[] WebServices = ["crm-sandbox", "ingestion", "sync-worker", "analytics", "console"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("clayaspire-temp-apphost-");

    private string Run => Path.Combine(_directory.FullName, "run");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_graph_holds_every_part_of_the_system()
    {
        await using var builder = await CreateAsync("on");
        var names = builder.Resources.Select(r => r.Name).ToList();

        Assert.Superset(
            new HashSet<string>(["postgres", "clayaspire", "export", "migrations", .. WebServices, "demo-data"]),
            names.ToHashSet());
        Assert.Equal(2, builder.Resources.Single(r => r.Name == "sync-worker").Annotations.OfType<ReplicaAnnotation>().Single().Replicas);
    }

    [Fact]
    public async Task The_resource_table_of_the_README_names_exactly_the_resources_of_the_model()
    {
        await using var builder = await CreateAsync("on");
        var added = builder.Resources.Where(r => r is not ParameterResource).Select(r => r.Name);
        var section = (await File.ReadAllTextAsync(Path.Combine(Stack.Root, "README.md"))).Split("\n## ").Single(s => s.StartsWith("Resources", StringComparison.Ordinal));
        var rows = section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]);
        // Monitoring is added when it is installed; the README says so.
        string[] monitoring = ["prometheus", "alertmanager"];
        Assert.Equal(added.Except(monitoring, StringComparer.Ordinal).Order(StringComparer.Ordinal), rows.Except(monitoring, StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_demo_there_is_no_demo_data_and_a_wrong_setting_is_named()
    {
        await using var builder = await CreateAsync("off");
        Assert.DoesNotContain(builder.Resources, r => r.Name == "demo-data");

        var fault = await Assert.ThrowsAsync<DistributedApplicationException>(() => CreateAsync("perhaps"));
        Assert.Contains("'on' or 'off'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_string_in_configuration_replaces_the_server()
    {
        await using var builder = await CreateAsync("off", "--ConnectionStrings:clayaspire=Host=db.example;Username=owner;Password=p;Database=sync");

        Assert.DoesNotContain(builder.Resources, r => r.Name == "postgres");
        var export = (IResourceWithConnectionString)builder.Resources.Single(r => r.Name == "export");
        var parts = new NpgsqlConnectionStringBuilder(await export.GetConnectionStringAsync(CancellationToken.None));
        Assert.Equal(("db.example", "sync", "clayaspire_export"), (parts.Host, parts.Database, parts.Username));
        Assert.NotEqual("p", parts.Password);
    }

    [Fact]
    public async Task Everything_becomes_healthy_answers_and_keeps_its_data_over_a_restart()
    {
        await using (var app = await StartAsync())
        {
            foreach (var service in WebServices)
            {
                using var client = app.CreateHttpClient(service);
                foreach (var path in new[] { "/health", "/alive", "/metrics" })
                {
                    using var answer = await client.GetAsync(path);
                    Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{service}{path} answered {answer.StatusCode}");
                    if (path == "/metrics")
                        await PromtoolAcceptsAsync(service, await answer.Content.ReadAsStringAsync());
                }
            }

            var written = await EndpointsAsync();
            foreach (var service in WebServices)
                Assert.Equal(app.GetEndpoint(service), new Uri(written[service]));
            Assert.NotEqual(written["sync-worker"], written["sync-worker-1"]);

            await ExecuteAsync(app, "clayaspire", "CREATE TABLE public.kept_over_a_restart AS SELECT 42 AS answer");
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(app, "export", "SELECT * FROM public.kept_over_a_restart"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }

        Assert.False(File.Exists(Path.Combine(Run, "endpoints.json")), "The addresses are dead.");
        await using (var app = await StartAsync())
            Assert.Equal(42, await ExecuteAsync(app, "clayaspire", "SELECT answer FROM public.kept_over_a_restart"));
    }

    private Task<IDistributedApplicationTestingBuilder> CreateAsync(string demo, params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.ClayAspire_AppHost>(
            [$"--CLAYASPIRE_STATE={Path.Combine(_directory.FullName, "state")}", $"--CLAYASPIRE_RUN={Run}", $"--CLAYASPIRE_DEMO={demo}", .. arguments]);

    private async Task<DistributedApplication> StartAsync()
    {
        var builder = await CreateAsync("off");
        var app = await builder.BuildAsync();
        await app.StartAsync();
        await Task.WhenAll(WebServices.Select(s => app.ResourceNotifications.WaitForResourceHealthyAsync(s))).WaitAsync(Deadline);
        return app;
    }

    private async Task<Dictionary<string, string>> EndpointsAsync()
    {
        var file = Path.Combine(Run, "endpoints.json");
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        while (!File.Exists(file))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(file))!;
    }

    private static async Task<object?> ExecuteAsync(DistributedApplication app, string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(await app.GetConnectionStringAsync(connection) + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task PromtoolAcceptsAsync(string service, string metrics)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        if (program is null)
            return; // tests/ClayAspire.ServiceDefaults.Tests shows the skip.
        using var process = Process.Start(new ProcessStartInfo(program, ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(metrics);
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{service}: {said}");
    }
}
