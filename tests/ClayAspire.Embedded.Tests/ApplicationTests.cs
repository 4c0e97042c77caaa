using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;

namespace ClayAspire.Embedded.Tests;

/// <summary>Applications run for real: processes, ports, a database.</summary>
public sealed class ApplicationTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_AppHost_runs_from_its_own_entry_point_in_the_described_order()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.SampleHost>();
        var order = new List<string>();
        builder.Eventing.Subscribe<BeforeResourceStartedEvent>((e, _) => Note($"start {e.Resource.Name}"));
        builder.Eventing.Subscribe<ResourceReadyEvent>((e, _) => Note($"ready {e.Resource.Name}"));
        builder.Eventing.Subscribe<ResourceStoppedEvent>((e, _) => Note($"stop {e.Resource.Name}"));
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        await app.ResourceNotifications.WaitForResourceHealthyAsync("front").WaitAsync(Deadline);

        List<string> seen;
        lock (order)
            seen = [.. order];
        // What a one-shot's own ready and stop events mean to its dependants is its completion; between those events and their start there is no order.
        Assert.Equal(
            ["start server", "ready server", "start crmdb", "ready crmdb", "start first", "start middle-tier", "ready middle-tier", "start front"],
            seen.Where(o => o is not ("ready front" or "ready first" or "stop first")));
        Assert.True(seen.IndexOf("start first") < seen.IndexOf("stop first"), string.Join(", ", seen));
        using var front = app.CreateHttpClient("front");
        var environment = await front.GetFromJsonAsync<Dictionary<string, string>>("/environment");
        Assert.Equal(app.GetEndpoint("middle-tier").ToString().TrimEnd('/'), environment!["services__middle-tier__http__0"]);
        using var middle = app.CreateHttpClient("middle-tier");
        environment = await middle.GetFromJsonAsync<Dictionary<string, string>>("/environment");
        Assert.Equal(await app.GetConnectionStringAsync("crmdb"), environment!["ConnectionStrings__crmdb"]);
        await using var source = NpgsqlDataSource.Create(environment["ConnectionStrings__crmdb"]);
        await using var command = source.CreateCommand("SELECT current_database()");
        Assert.Equal("crm", await command.ExecuteScalarAsync());

        Task Note(string what)
        {
            lock (order)
                order.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Replicas_have_ports_of_their_own_and_one_may_die()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddProject<Projects.SampleService>("worker").WithHttpEndpoint().WithHttpHealthCheck("/health").WithReplicas(2);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("worker").WaitAsync(Deadline);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("worker-0", out var first));
        Assert.True(app.ResourceNotifications.TryGetCurrentState("worker-1", out var second));
        Assert.Equal(app.GetEndpoint("worker"), new Uri(first!.Snapshot.Urls[0].Url));
        Assert.NotEqual(first.Snapshot.Urls[0].Url, second!.Snapshot.Urls[0].Url);

        using var client = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => (await client.PostAsync(new Uri($"{second.Snapshot.Urls[0].Url}/exit?code=7"), null)).EnsureSuccessStatusCode());
        var dead = await app.ResourceNotifications.WaitForResourceAsync("worker-1", e => e.Snapshot.ExitCode is not null).WaitAsync(Deadline);

        Assert.Equal(7, dead.Snapshot.ExitCode);
        Assert.Equal(KnownResourceStates.Finished, dead.Snapshot.State!.Text);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("worker-0", out first));
        Assert.Equal(KnownResourceStates.Running, first!.Snapshot.State!.Text);
    }

    [Fact]
    public async Task Nobody_starts_before_what_it_waits_for_is_healthy()
    {
        var permission = Path.Combine(Path.GetTempPath(), $"clayaspire-temp-permission-{Environment.ProcessId}");
        File.Delete(permission);
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var slow = builder.AddProject<Projects.SampleService>("slow").WithHttpEndpoint().WithHttpHealthCheck("/health").WithEnvironment("HEALTHY_WHEN", permission);
        builder.AddProject<Projects.SampleService>("eager").WithHttpEndpoint().WaitForStart(slow);
        builder.AddProject<Projects.SampleService>("patient").WithHttpEndpoint().WaitFor(slow);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        await app.ResourceNotifications.WaitForResourceAsync("eager", KnownResourceStates.Running).WaitAsync(Deadline);
        await app.ResourceNotifications.WaitForResourceAsync("slow", e => e.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy).WaitAsync(Deadline);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("patient", out var patient));
        Assert.Equal(KnownResourceStates.Waiting, patient!.Snapshot.State!.Text);
        await File.WriteAllTextAsync(permission, "");
        await app.ResourceNotifications.WaitForResourceHealthyAsync("patient").WaitAsync(Deadline);
        File.Delete(permission);
    }

    [Fact]
    public async Task A_failed_one_shot_stops_those_that_wait_for_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var once = builder.AddProject<Projects.SampleService>("once").WithArgs("once", "3");
        builder.AddProject<Projects.SampleService>("after").WithHttpEndpoint().WaitForCompletion(once);
        builder.AddProject<Projects.SampleService>("content").WithHttpEndpoint().WaitForCompletion(once, exitCode: 3);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        await app.ResourceNotifications.WaitForResourceAsync("content", KnownResourceStates.Running).WaitAsync(Deadline);
        await app.ResourceNotifications.WaitForResourceAsync("after", KnownResourceStates.FailedToStart).WaitAsync(Deadline);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("after").WaitAsync(Deadline));
    }

    [Fact]
    public async Task Arguments_are_passed_as_they_stand()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var service = builder.AddProject<Projects.SampleService>("service").WithHttpEndpoint();
        service.WithArgs("with space", "$HOME; 'quoted' \"twice\"", "").WithArgs(service.GetEndpoint("http").Property(EndpointProperty.Port)).WithHttpHealthCheck("/health");
        await using var app = await builder.BuildAsync();
        await app.StartAsync();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service").WaitAsync(Deadline);
        using var client = app.CreateHttpClient("service");

        Assert.Equal(
            ["with space", "$HOME; 'quoted' \"twice\"", "", $"{client.BaseAddress!.Port}"],
            (await client.GetFromJsonAsync<string[]>("/arguments"))!);
    }

    [Fact]
    public async Task A_program_that_is_missing_is_named()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "no-such-program", ".");
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var fault = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("tool").WaitAsync(Deadline));

        Assert.Contains("FailedToStart", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddProject<Projects.SampleService>("service").WithHttpEndpoint(port: port);
        await using var app = await builder.BuildAsync();

        var fault = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync());

        Assert.Contains($"Port {port}", fault.Message, StringComparison.Ordinal);
    }
}
