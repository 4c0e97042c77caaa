using System.Text.Json;

namespace ClayAspire.CrmSandbox.Clay;

/// <summary>What the webhooks received, in memory. A webhook exists as soon as something is sent to it.</summary>
internal sealed class ClayTables(ClayOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);
    private double _tokens = options.Burst;
    private long _filled = clock.GetTimestamp();

    /// <summary>Takes a row; the status to answer.</summary>
    public int Receive(string id, JsonElement row)
    {
        lock (_gate)
        {
            var table = Of(id);
            if (!Pass())
            {
                table.Throttled++;
                return StatusCodes.Status429TooManyRequests;
            }
            if (table.Faults is { Count: > 0 } faults)
            {
                table.Faults = faults with { Count = faults.Count - 1 };
                if (faults.Kept)
                    table.Keep(row);
                return faults.Status;
            }
            if (table.Submissions >= options.Lifetime)
                return StatusCodes.Status410Gone;
            table.Keep(row);
            return StatusCodes.Status200OK;
        }
    }

    public object Describe(string id)
    {
        lock (_gate)
        {
            var table = Of(id);
            return new { submissions = table.Submissions, rows = table.Rows.Count, distinctKeys = table.Keys.Count, mostPerKey = table.Keys.Values.DefaultIfEmpty(0).Max(), throttled = table.Throttled };
        }
    }

    public IReadOnlyList<JsonElement> Rows(string id)
    {
        lock (_gate)
            return [.. Of(id).Rows];
    }

    public void Break(string id, WebhookFaults faults)
    {
        lock (_gate)
            Of(id).Faults = faults;
    }

    public void Forget(string id)
    {
        lock (_gate)
            _tables.Remove(id);
    }

    // The pace is that of a workspace, whatever the webhook.
    private bool Pass()
    {
        if (options.RecordsPerSecond <= 0)
            return true;
        _tokens = Math.Min(options.Burst, _tokens + (clock.GetElapsedTime(_filled).TotalSeconds * options.RecordsPerSecond));
        _filled = clock.GetTimestamp();
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }

    private Table Of(string id) => _tables.TryGetValue(id, out var table) ? table : _tables[id] = new Table();

    private sealed class Table
    {
        public List<JsonElement> Rows { get; } = [];

        public Dictionary<string, int> Keys { get; } = new(StringComparer.Ordinal);

        public long Submissions { get; private set; }

        public long Throttled { get; set; }

        public WebhookFaults? Faults { get; set; }

        public void Keep(JsonElement row)
        {
            Submissions++;
            Rows.Add(row);
            if (row.ValueKind == JsonValueKind.Object && row.TryGetProperty("clayaspire_key", out var key) && key.ValueKind == JsonValueKind.String)
                Keys[key.GetString()!] = Keys.GetValueOrDefault(key.GetString()!) + 1;
        }
    }
}
