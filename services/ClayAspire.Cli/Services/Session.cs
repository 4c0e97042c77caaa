using System.CommandLine;
using System.Text.Json;

namespace ClayAspire.Cli.Services;

/// <summary>What a key must be good for; in a demo each has its own.</summary>
internal enum KeyUse
{
    None,
    Rows,
    Events,
    Operations,

    /// <summary>Operations that take a DPO.</summary>
    Signatures,
}

/// <summary>One run of a command: its options, its terminal, the services that it calls.</summary>
internal sealed class Session : IDisposable
{
    private static readonly Dictionary<KeyUse, string> DemoKeys = new()
    {
        [KeyUse.Rows] = "demo-clay-key",
        [KeyUse.Events] = "demo-smartlead-key",
        [KeyUse.Operations] = "demo-crm-admin-key",
        [KeyUse.Signatures] = "demo-dpo-key",
    };

    private readonly List<ServiceClient> _clients = [];
    private readonly string? _key;
    private bool? _isDemo;

    public Session(ParseResult parsed, GlobalOptions options, CliWorld world)
    {
        World = world;
        Terminal = new Terminal(world, parsed.GetValue(options.Json));
        _key = parsed.GetValue(options.Key) ?? (world.Environment("CLAYASPIRE_KEY") is { Length: > 0 } key ? key : null);
        Endpoints = new Endpoints(world, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [Endpoints.Console] = parsed.GetValue(options.Console),
            [Endpoints.Ingestion] = parsed.GetValue(options.Ingestion),
            [Endpoints.Sandbox] = parsed.GetValue(options.Sandbox),
            [Endpoints.Analytics] = parsed.GetValue(options.Analytics),
        });
    }

    public CliWorld World { get; }

    public Terminal Terminal { get; }

    public Endpoints Endpoints { get; }

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
    }

    /// <summary>A client of a service with the key for a use.</summary>
    public async Task<ServiceClient> ClientAsync(string service, KeyUse use, CancellationToken cancel) =>
        Keep(new ServiceClient(service, Endpoints.Of(service), use == KeyUse.None ? null : await KeyAsync(use, cancel)));

    /// <summary>A client of any address, for keys that are not ours.</summary>
    public ServiceClient Client(string name, Uri address, string? key) => Keep(new ServiceClient(name, address, key));

    /// <summary>Waits until <paramref name="probe"/> gives a value.</summary>
    /// <exception cref="CliException">The time is over.</exception>
    public async Task<T> WaitAsync<T>(TimeSpan most, TimeSpan every, string what, Func<Task<T?>> probe, CancellationToken cancel)
        where T : class
    {
        var start = World.Clock.GetTimestamp();
        while (true)
        {
            if (await probe() is { } found)
                return found;
            if (World.Clock.GetElapsedTime(start) > most)
                throw new CliException(ExitCodes.Refused, $"Waited {most.TotalSeconds:0} s for {what}; it did not come. Look at the console's queue page and at the sync-worker's log.");
            await Task.Delay(every, World.Clock, cancel);
        }
    }

    private ServiceClient Keep(ServiceClient client)
    {
        _clients.Add(client);
        return client;
    }

    private async Task<string?> KeyAsync(KeyUse use, CancellationToken cancel)
    {
        if (_key is not null)
            return _key;
        _isDemo ??= await IsDemoAsync(cancel);
        return _isDemo.Value ? DemoKeys[use] : null;
    }

    // The stack itself says whether it is a demo: its console, or the variable that the host gives to every process.
    private async Task<bool> IsDemoAsync(CancellationToken cancel)
    {
        if (World.Environment("CLAYASPIRE_DEMO") is { Length: > 0 } said)
            return !said.Equals("off", StringComparison.OrdinalIgnoreCase);
        if (Endpoints.Find(Endpoints.Console) is not { } address)
            return false;
        var info = await Client(Endpoints.Console, address, null).GetAsync("api/info", cancel);
        return info.ValueKind == JsonValueKind.Object && info.TryGetProperty("demo", out var demo) && demo.ValueKind == JsonValueKind.True;
    }
}
