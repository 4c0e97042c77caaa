using System.Collections.Frozen;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>The records of one org: tables in memory, one lock, and the journal that lets a second start find them again.</summary>
internal sealed class RecordStore : IDisposable
{
    private readonly FrozenDictionary<string, ObjectTable> tables;
    private readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.NoRecursion);
    private readonly Journal? journal;
    private readonly TimeProvider clock;
    private readonly bool wholeSeconds;
    private readonly string orgPart;
    private readonly FrozenDictionary<FieldDefinition, Func<RecordStore, Record, object?>> computed;
    private DateTimeOffset lastStamp = DateTimeOffset.UnixEpoch;

    public RecordStore(Schema schema, string orgPart, TimeProvider clock, bool wholeSeconds, string? journalPath)
    {
        Schema = schema;
        this.orgPart = orgPart;
        this.clock = clock;
        this.wholeSeconds = wholeSeconds;
        tables = schema.Objects.ToFrozenDictionary(o => o.Name, o => new ObjectTable(o), StringComparer.OrdinalIgnoreCase);
        computed = schema.Objects
            .SelectMany(o => o.Fields.Where(f => f.Computed).Select(f => (f, Formulas.Of(o, f))))
            .ToFrozenDictionary(p => p.f, p => p.Item2);
        if (journalPath is not null)
            journal = Journal.Open(journalPath, this);
    }

    public Schema Schema { get; }

    /// <summary>Facts about the org that are not records (when the demo was seeded); kept in the journal.</summary>
    public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Fields that formulas no longer count, while that fault is ordered.</summary>
    public IReadOnlyList<string> ForgottenByFormulas { get; set; } = [];

    public ObjectTable Table(string name) => tables[name];

    public ObjectTable Table(ObjectDefinition type) => tables[type.Name];

    /// <summary>The value of a field as a reader sees it: stored, or computed now.</summary>
    public object? Value(Record record, FieldDefinition field) => field.Computed ? computed[field](this, record) : record.Values[field.Ordinal];

    public T Read<T>(Func<T> read)
    {
        gate.EnterReadLock();
        try
        {
            return read();
        }
        finally
        {
            gate.ExitReadLock();
        }
    }

    /// <summary>Runs a transaction alone. What it did stays unless it rolled back; the journal has it before this returns.</summary>
    public T Write<T>(Func<StoreTransaction, T> write)
    {
        gate.EnterWriteLock();
        try
        {
            var transaction = new StoreTransaction(this, NextStamp());
            T result;
            try
            {
                result = write(transaction);
            }
            catch
            {
                transaction.RollbackTo(0);
                throw;
            }

            if (transaction.Changes.Count > 0)
                journal?.Append(transaction.Changes);
            transaction.End();
            return result;
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    public void SetProperty(string name, string value)
    {
        gate.EnterWriteLock();
        try
        {
            Properties[name] = value;
            journal?.AppendProperty(name, value);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    /// <summary>Takes records as they stand, outside any transaction and journal: what the schema says, not what anybody wrote.</summary>
    public void Define(IEnumerable<Record> records)
    {
        gate.EnterWriteLock();
        try
        {
            foreach (var record in records)
                Table(record.Type).Put(record);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    /// <summary>Forgets every record and property, also in the journal.</summary>
    public void Clear()
    {
        gate.EnterWriteLock();
        try
        {
            foreach (var table in tables.Values)
                table.Clear();
            Properties.Clear();
            journal?.Truncate();
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    public string NextId(ObjectTable table) => SalesforceId.Create(table.Type.KeyPrefix, orgPart, ++table.LastNumber);

    public void Dispose()
    {
        journal?.Dispose();
        gate.Dispose();
    }

    /// <summary>Used by the journal's replay: takes a version as it stands.</summary>
    internal void Restore(Record record)
    {
        Table(record.Type).Put(record);
        if (record.Type.SystemModstamp is { } field && record[field] is DateTimeOffset stamp && stamp > lastStamp)
            lastStamp = stamp;
    }

    // Strictly rising in order of commit, so that (SystemModstamp, Id) is a cursor that loses nothing. With whole seconds (the real
    // platform's grain) it only never falls: readers then need an overlap.
    private DateTimeOffset NextStamp()
    {
        var now = clock.GetUtcNow();
        var grain = wholeSeconds ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond;
        now = new DateTimeOffset(now.Ticks - now.Ticks % grain, TimeSpan.Zero);
        if (now <= lastStamp)
            now = wholeSeconds ? lastStamp : lastStamp.AddMilliseconds(1);
        return lastStamp = now;
    }
}
