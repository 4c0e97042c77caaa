using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Tests;

namespace ClayAspire.Benchmarks;

/// <summary>
/// What applying a plan costs in API calls, counted by the twin, beside the least that the platform allows and beside one record a call; and how long it
/// takes against the twin. The whole way is real: signals, plan, approval, run, ledger, PostgreSQL and the twin as a process of its own.
/// </summary>
internal static class SalesforceCalls
{
    public const string Command = "salesforce-calls";

    private const string Staging = "icare-staging";
    private const string Flow = "enrichment-writeback";

    /// <summary>Records that one retrieve answers, and that one collections call writes.</summary>
    private const int Retrieved = 2000;
    private const int Collected = 200;

    /// <summary>A job cannot do with fewer: make, fill, start, one look, two results.</summary>
    private const int JobCalls = 6;

    /// <summary>Letters of CSV that one job takes.</summary>
    private const long JobBytes = 100_000_000;

    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Runs it for each number of leads.</summary>
    /// <param name="sizes">Numbers of leads; none for 1,000, 10,000 and 100,000.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> sizes)
    {
        SyncStack.Deadline = TimeSpan.FromHours(1);
        Console.WriteLine("| leads | way | calls of the run | of them to ask who edited last | floor | one record a call | run, s | verified |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var leads in sizes.Count == 0 ? [1_000, 10_000, 100_000] : sizes.Select(s => int.Parse(s, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)))
            Console.WriteLine(await OneAsync(leads));
        return 0;
    }

    private static async Task<string> OneAsync(int leads)
    {
        await using var twin = await Twin.StartAsync(("CrmSandbox__DailyApiRequests", "10000000"));
        await using var stack = await SyncStack.StartAsync(twin, settings:
            [("SyncWorker:MirrorRefreshSeconds", "86400"), ("SyncWorker:SweepSeconds", "3600"), ("SyncWorker:BulkPollSeconds", "3"), ("Connections:icare-staging:TimeoutSeconds", "120")]);
        var ids = new List<string>(leads);
        foreach (var chunk in Enumerable.Range(0, leads).Chunk(10_000))
            ids.AddRange(await twin.Staging.LoadAsync("Lead", chunk.Select(i => (object)new { LastName = $"L{i}", Company = "C" })));
        foreach (var chunk in ids.Chunk(5_000))
        {
            await stack.Get<SignalStore>().AppendAsync([.. chunk.Select((id, i) => new NewSignal("clay", "clay.row", "fake_1000", id,
                JsonSerializer.Serialize(new { salesforce_id = id, city = $"Paris{i % 1000}" }), At, FeedsFlow: true))], default);
        }
        var plan = await stack.PlanAsync(Staging, Flow);
        if (plan.Plan.Changes.Count() != leads)
            throw new InvalidOperationException($"The plan has {plan.Plan.Changes.Count()} changes for {leads} leads.");
        var before = await CallsAsync(twin);
        var started = Stopwatch.GetTimestamp();
        var run = await stack.ApplyAsync(plan);
        var took = Stopwatch.GetElapsedTime(started);
        var after = await CallsAsync(twin);
        var made = after.Where(c => c.Value > before.GetValueOrDefault(c.Key)).ToDictionary(c => c.Key, c => c.Value - before.GetValueOrDefault(c.Key), StringComparer.Ordinal);
        var inBulk = made.Keys.Any(k => k.Contains("/jobs/ingest", StringComparison.Ordinal));
        // Histories are the only thing that is queried in an apply; users and field definitions are asked once.
        var histories = made.Where(c => c.Key.Contains("/query", StringComparison.Ordinal)).Sum(c => c.Value);
        var reads = 2 * Calls(leads, Retrieved);
        var floor = reads + (inBulk ? JobCalls * Calls(leads * 60L, JobBytes) : Calls(leads, Collected));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {leads:N0} | {(inBulk ? "bulk job" : "collections")} | {made.Values.Sum():N0} | {histories:N0} | {floor:N0} | {3L * leads:N0} | {took.TotalSeconds:N1} | {run.Verified:N0} ({(run.State == RunStates.Green ? "green" : run.State)}) |");
    }

    private static long Calls(long records, long most) => (records + most - 1) / most;

    private static async Task<Dictionary<string, long>> CallsAsync(Twin twin) =>
        (await twin.Staging.LookAsync("calls")).GetProperty("calls").EnumerateArray().Where(c => c.GetProperty("client").GetString() == Twin.ClientId)
            .ToDictionary(c => c.GetProperty("endpoint").GetString()!, c => c.GetProperty("calls").GetInt64(), StringComparer.Ordinal);
}
