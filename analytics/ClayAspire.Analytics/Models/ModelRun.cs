namespace ClayAspire.Analytics.Models;

/// <summary>What one run of the models did: the run artifact, kept as JSON under <c>runs/</c>.</summary>
internal sealed record ModelRun(
    int SchemaVersion, string RunId, string SnapshotId, string ModelsVersion, DateTimeOffset StartedAt, double Seconds, bool Passed, IReadOnlyList<ModelResult> Models);

/// <summary>One model of a run. Rows is null for views and checks; for a check every row is a failure.</summary>
internal sealed record ModelResult(string Name, string Layer, string Kept, long? Rows, double Seconds, IReadOnlyList<CheckResult> Checks);

/// <summary>One check: how many rows break it.</summary>
internal sealed record CheckResult(string Name, bool Passed, long Failures);

/// <summary>A check found rows that break it: figures made from such models must not be shown.</summary>
internal sealed class ModelCheckFailedException(ModelRun run) : Exception(
    $"Model checks failed on snapshot {run.SnapshotId}: {string.Join(", ", run.Models.SelectMany(m => m.Checks.Where(c => !c.Passed).Select(c => $"{m.Name} {c.Name} ({c.Failures} rows)")))}. The last good figures stay in force; see runs/{run.RunId}.json.")
{
    public ModelRun Run { get; } = run;
}
