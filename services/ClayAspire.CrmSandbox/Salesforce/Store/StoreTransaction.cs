namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>Changes made under the write lock, each of which can be taken back until the end.</summary>
internal sealed class StoreTransaction(RecordStore store, DateTimeOffset stamp)
{
    private readonly List<StoreChange> changes = [];
    private readonly List<Report> reports = [];

    public DateTimeOffset Stamp { get; } = stamp;
    public IReadOnlyList<StoreChange> Changes => changes;

    /// <summary>A place to roll back to.</summary>
    public int Savepoint => changes.Count;

    public void Put(Record record) => changes.Add(new StoreChange(store.Table(record.Type).Put(record), record));

    public void RollbackTo(int savepoint)
    {
        for (var i = changes.Count - 1; i >= savepoint; i--)
        {
            var (before, after) = changes[i];
            if (before is null)
                store.Table(after.Type).RemoveLast(after);
            else
                store.Table(after.Type).Put(before);
        }

        changes.RemoveRange(savepoint, changes.Count - savepoint);
        foreach (var report in reports.Where(r => r.From >= savepoint))
            report.RolledBack = true;
    }

    /// <summary>
    /// Has <paramref name="report"/> called when the transaction has ended, with whether the changes since <paramref name="from"/> were taken back.
    /// </summary>
    public void AtEnd(int from, bool rolledBack, Action<bool> report) => reports.Add(new Report(from, report) { RolledBack = rolledBack });

    /// <summary>Calls what waits for the end.</summary>
    public void End()
    {
        foreach (var report in reports)
            report.Tell(report.RolledBack);
    }

    private sealed record Report(int From, Action<bool> Tell)
    {
        public bool RolledBack { get; set; }
    }
}

/// <summary>One record's version before (null: it is new) and after.</summary>
internal sealed record StoreChange(Record? Before, Record After);
