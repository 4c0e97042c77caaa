using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>All records of one object, in order of creation, with an index on the id and on each indexed field. Guarded by the store's lock.</summary>
internal sealed class ObjectTable(ObjectDefinition type)
{
    private readonly List<Record> slots = [];
    private readonly Dictionary<string, int> byId = new(StringComparer.Ordinal);
    private readonly (FieldDefinition Field, Dictionary<string, SortedSet<int>> Entries)[] indexes =
        [.. type.Fields.Where(f => f.HasIndex).Select(f => (f, new Dictionary<string, SortedSet<int>>(StringComparer.OrdinalIgnoreCase)))];

    public ObjectDefinition Type { get; } = type;
    public int Count => slots.Count;
    public long LastNumber { get; set; }
    public IReadOnlyList<Record> Records => slots;

    public Record? Find(string id) => byId.TryGetValue(id, out var slot) ? slots[slot] : null;

    public bool HasIndex(FieldDefinition field) => Array.Exists(indexes, i => i.Field == field);

    /// <summary>Records (deleted ones too) whose field equals the text, in order of creation.</summary>
    public IEnumerable<Record> Lookup(FieldDefinition field, string value)
    {
        var index = Array.Find(indexes, i => i.Field == field);
        return index.Entries is not null && index.Entries.TryGetValue(value, out var found) ? found.Select(s => slots[s]) : [];
    }

    public IEnumerable<Record> Lookup(string field, string value) => Lookup(Type.Field(field), value);

    /// <summary>Adds the record, or puts it in the place of its earlier version, which is returned.</summary>
    public Record? Put(Record record)
    {
        if (byId.TryGetValue(record.Id, out var slot))
        {
            var before = slots[slot];
            foreach (var (field, entries) in indexes)
            {
                if (Equals(before[field], record[field]))
                    continue;
                Unindex(entries, before[field], slot);
                Index(entries, record[field], slot);
            }

            slots[slot] = record;
            return before;
        }

        slots.Add(record);
        byId.Add(record.Id, slots.Count - 1);
        LastNumber = Math.Max(LastNumber, SalesforceId.NumberOf(record.Id));
        foreach (var (field, entries) in indexes)
            Index(entries, record[field], slots.Count - 1);
        return null;
    }

    /// <summary>Takes back the newest record: only to roll back an insert.</summary>
    public void RemoveLast(Record record)
    {
        var slot = slots.Count - 1;
        if (slot < 0 || slots[slot].Id != record.Id)
            throw new InvalidOperationException("Only the newest record can be taken back; inserts are rolled back in reverse order.");
        foreach (var (field, entries) in indexes)
            Unindex(entries, slots[slot][field], slot);
        byId.Remove(record.Id);
        slots.RemoveAt(slot);
    }

    public void Clear()
    {
        slots.Clear();
        byId.Clear();
        LastNumber = 0;
        foreach (var (_, entries) in indexes)
            entries.Clear();
    }

    private static void Index(Dictionary<string, SortedSet<int>> entries, object? value, int slot)
    {
        if (value is not string key)
            return;
        if (!entries.TryGetValue(key, out var set))
            entries.Add(key, set = []);
        set.Add(slot);
    }

    private static void Unindex(Dictionary<string, SortedSet<int>> entries, object? value, int slot)
    {
        if (value is string key && entries.TryGetValue(key, out var set) && set.Remove(slot) && set.Count == 0)
            entries.Remove(key);
    }
}
