using ClayAspire.Connectors.Clay;
using ClayAspire.Connectors.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace ClayAspire.Connectors;

/// <summary>The configured connections and their connectors.</summary>
public sealed class ConnectorRegistry
{
    private readonly IReadOnlyDictionary<string, ICrmConnector> _connectors;

    /// <summary>Makes a registry of given connectors, as tests do.</summary>
    public ConnectorRegistry(IEnumerable<ICrmConnector> connectors, IReadOnlyDictionary<string, ConnectionSettings>? settings = null)
    {
        _connectors = connectors.ToDictionary(c => c.Connection, StringComparer.Ordinal);
        Settings = settings ?? new Dictionary<string, ConnectionSettings>(StringComparer.Ordinal);
    }

    /// <summary>Names of all connections.</summary>
    public IEnumerable<string> Names => _connectors.Keys.Order(StringComparer.Ordinal);

    /// <summary>Settings by connection.</summary>
    public IReadOnlyDictionary<string, ConnectionSettings> Settings { get; }

    /// <summary>The connector of a connection, or null when it is not configured.</summary>
    public ICrmConnector? Find(string connection) => _connectors.GetValueOrDefault(connection);

    /// <summary>The connector of a connection.</summary>
    /// <exception cref="InvalidOperationException">It is not configured.</exception>
    public ICrmConnector Get(string connection) => Find(connection)
        ?? throw new InvalidOperationException($"Connection '{connection}' is not configured. Add {ConnectionSettings.Section}:{connection} with Kind, BaseUrl, ClientId and ClientSecret.");

    /// <summary>The most of the daily call budget that a connection may use; 1 when it has no settings.</summary>
    public double QuotaShare(string connection) => Settings.TryGetValue(connection, out var settings) ? settings.QuotaShare : 1;
}

/// <summary>Registers the connectors.</summary>
public static class ConnectorServices
{
    /// <summary>Adds a connector for each entry of <c>Connections</c>.</summary>
    /// <exception cref="InvalidOperationException">A connection's settings are wrong; the message names all problems with their remedies.</exception>
    public static IServiceCollection AddClayAspireConnectors(this IServiceCollection services, IConfiguration configuration)
    {
        var connections = ConnectionSettings.Load(configuration, out var wrong);
        var clay = ClaySettings.Load(configuration, out var wrongOfClay);
        IReadOnlyList<string> problems = [.. wrong, .. wrongOfClay];
        if (problems.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
        services.TryAddSingleton(TimeProvider.System);
        foreach (var (name, settings) in connections)
        {
            services.AddHttpClient(ClientName(name), http => http.Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds));
            services.AddSingleton<ICrmConnector>(provider => Create(provider, name, settings));
        }
        services.AddSingleton(provider => new ConnectorRegistry(provider.GetServices<ICrmConnector>(), connections));
        services.AddSingleton(clay);
        services.AddSingleton<ClayPace>();
        // A webhook's address is its secret: no log, no trace, no redirect carries it on.
        services.AddHttpClient(ClayClient, http => http.Timeout = TimeSpan.FromSeconds(clay.TimeoutSeconds))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false })
            .RemoveAllLoggers();
        services.AddSingleton(provider => new ClayWebhooks(clay.Webhooks.Select(w =>
            new ClayWebhook(w.Key, w.Value, () => provider.GetRequiredService<IHttpClientFactory>().CreateClient(ClayClient)))));
        return services;
    }

    private const string ClayClient = "clay";

    private static string ClientName(string connection) => $"crm:{connection}";

    private static SalesforceConnector Create(IServiceProvider provider, string name, ConnectionSettings settings)
    {
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        return new SalesforceConnector(name, settings, () => factory.CreateClient(ClientName(name)), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger<SalesforceConnector>());
    }
}
