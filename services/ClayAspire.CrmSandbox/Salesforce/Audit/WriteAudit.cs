using System.Runtime.InteropServices;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Audit;

/// <summary>Every write that API clients sent, by cell: also those that changed nothing and those that were refused.</summary>
internal sealed class WriteAudit
{
    private const int ValuesKept = 10;
    private readonly Lock gate = new();
    private readonly Dictionary<(string Id, FieldDefinition Field), CellWrites> cells = [];

    /// <summary>Adds what one row asked for.</summary>
    public void Add(ObjectDefinition type, string id, string clientId, DateTimeOffset at, IEnumerable<(FieldDefinition Field, object? Value, bool Same)> values, bool committed)
    {
        lock (gate)
        {
            foreach (var (field, value, same) in values)
            {
                ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (id, field), out _);
                cell ??= new CellWrites(type, id, field);
                cell.Received++;
                cell.Committed += committed ? 1 : 0;
                cell.SameValue += committed && same ? 1 : 0;
                cell.ByClient[clientId] = cell.ByClient.GetValueOrDefault(clientId) + 1;
                if (cell.First.Count < ValuesKept)
                    cell.First.Add(new CellWrite(clientId, at, value, committed));
            }
        }
    }

    public T Read<T>(Func<IEnumerable<CellWrites>, T> read)
    {
        lock (gate)
            return read(cells.Values);
    }

    public void Clear()
    {
        lock (gate)
            cells.Clear();
    }
}

/// <summary>The writes that one cell received.</summary>
internal sealed class CellWrites(ObjectDefinition type, string id, FieldDefinition field)
{
    public ObjectDefinition Type { get; } = type;
    public string Id { get; } = id;
    public FieldDefinition Field { get; } = field;
    public int Received { get; set; }
    public int Committed { get; set; }

    /// <summary>Committed writes of the value that the cell already had.</summary>
    public int SameValue { get; set; }

    public Dictionary<string, int> ByClient { get; } = new(StringComparer.Ordinal);

    /// <summary>The first ten writes with their values.</summary>
    public List<CellWrite> First { get; } = [];
}

/// <summary>One write of one cell.</summary>
internal sealed record CellWrite(string Client, DateTimeOffset At, object? Value, bool Committed);
