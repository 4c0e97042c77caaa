using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using ClayAspire.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClayAspire.Ingestion.Tests;

/// <summary>The real service on an ephemeral port with a database of its own, and keys of each scope.</summary>
public sealed class IngestionService : IAsyncDisposable
{
    public const string ClayKey = "test-clay-key";
    public const string SmartleadKey = "test-smartlead-key";
    public const string SmartleadSecret = "test-webhook-secret";

    private readonly WebApplication _app;

    private IngestionService(WebApplication app)
    {
        _app = app;
        Http = Client(ClayKey);
    }

    public HttpClient Http { get; }

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    public static async Task<IngestionService> StartAsync(params (string Key, string Value)[] settings)
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        var app = IngestionApp.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:clayaspire"] = database,
                ["Policy:Directory"] = PolicyDirectory(),
                ["Ingestion:SmartleadSecrets:0"] = SmartleadSecret,
            }.Concat(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))));
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        });
        await app.Services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None);
        var keys = app.Services.GetRequiredService<ApiKeyStore>();
        await keys.CreateWithAsync(ClayKey, "clay", [ApiScopes.IngestClay, ApiScopes.IngestFiles], null, CancellationToken.None);
        await keys.CreateWithAsync(SmartleadKey, "smartlead", [ApiScopes.IngestSmartlead], null, CancellationToken.None);
        await app.StartAsync();
        return new IngestionService(app);
    }

    public HttpClient Client(string? key)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body, string contentType = "application/json", HttpClient? client = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, contentType) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await (client ?? Http).SendAsync(request);
        return ((int)response.StatusCode, await JsonOf(response));
    }

    public static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    public async Task<List<SignalRow>> SignalsAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return await db.Signals.AsNoTracking().OrderBy(s => s.Id).ToListAsync();
    }

    public async Task<List<QuarantineRow>> QuarantineAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return await db.Quarantine.AsNoTracking().OrderBy(s => s.Id).ToListAsync();
    }

    public async Task<Dictionary<string, int>> OutcomesAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return await db.SignalOutcomes.GroupBy(o => o.State).ToDictionaryAsync(g => g.Key, g => g.Count());
    }

    public async Task<List<Guid>> ImportIdsAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return await db.ImportJobs.AsNoTracking().OrderBy(i => i.CreatedAt).Select(i => i.Id).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static string PolicyDirectory()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Directory.Exists(Path.Combine(at.FullName, "services", "policy")))
                return Path.Combine(at.FullName, "services", "policy");
        }
        throw new DirectoryNotFoundException("services/policy is not above the test's folder.");
    }
}
