using System.Net;
using ClayAspire.Console.Kpis;
using ClayAspire.Storage.Migrations;
using ClayAspire.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClayAspire.Console.Tests;

/// <summary>The console on a real server and a real database, with a stand-in for the analytics service only. One a test class.</summary>
public sealed class ConsoleHost : IAsyncLifetime
{
    private ConsoleFactory? _factory;

    /// <summary>Answers for the analytics service; a test may change it.</summary>
    internal Func<HttpRequestMessage, HttpResponseMessage> Analytics { get; set; } = KpiSample.Answer;

    internal World World { get; private set; } = default!;

    /// <summary>The folder of anchors that the console shows.</summary>
    internal string Anchors { get; } = ScratchFolder.New();

    internal Uri Address { get; private set; } = default!;

    internal IServiceProvider Services => _factory!.Services;

    public async Task InitializeAsync()
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        _factory = new ConsoleFactory(database, this);
        _factory.UseKestrel(0);
        _factory.StartServer();
        Address = _factory.ClientOptions.BaseAddress;
        await Services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None);
        World = new World(Services);
        await World.AddPeopleAsync();
    }

    public async Task DisposeAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
    }

    /// <summary>A client without cookies of its own to start with.</summary>
    internal HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    /// <summary>A client with an API key that acts as that person.</summary>
    internal async Task<HttpClient> ApiAsync(string userName)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await World.KeyOfAsync(userName));
        return client;
    }

    private sealed class ConsoleFactory(string database, ConsoleHost host) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:clayaspire", database);
            builder.UseSetting("CLAYASPIRE_DEMO", "on");
            builder.UseSetting("Console:MetricsSeconds", "1");
            builder.UseSetting("Ledger:AnchorDirectory", host.Anchors);
            builder.ConfigureLogging(l => l.SetMinimumLevel(LogLevel.Warning));
            builder.ConfigureTestServices(services => services.AddHttpClient<AnalyticsClient>()
                .ConfigurePrimaryHttpMessageHandler(() => new StandIn(host)));
        }
    }

    private sealed class StandIn(ConsoleHost host) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(host.Analytics(request));
    }
}
