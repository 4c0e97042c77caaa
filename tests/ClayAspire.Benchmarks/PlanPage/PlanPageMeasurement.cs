using System.Diagnostics;
using System.Globalization;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Embedded.Postgres;
using ClayAspire.Storage;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.People;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>
/// <c>-- plan-page</c>: what a person waits for at a large plan. Seals plans into a real PostgreSQL, starts the
/// real console as a process of its own, signs in, and times every request that a person makes, to the answer's last byte.
/// </summary>
internal static class PlanPageMeasurement
{
    private const string User = "crm-admin";
    private const string Password = "bench-crm-admin";
    private const string RefusesAll = "nothing of the plan is wanted";

    public static async Task<int> RunAsync(string[] options)
    {
        if (PlanPageOptions.Read(options) is not { } chosen)
        {
            await Console.Error.WriteLineAsync(PlanPageOptions.Usage);
            return 2;
        }
        var (cells, runs) = (chosen.Cells, chosen.Runs);
        await using var postgres = chosen.DataDirectory is null ? await PostgresServer.StartAsync() : await PostgresServer.StartAsync(new PostgresServerOptions { DataDirectory = chosen.DataDirectory });
        var database = await postgres.CreateDatabaseAsync("bench");
        var policyFolder = Path.Combine(AppContext.BaseDirectory, "PlanPage", "policy");
        using var host = Host(database);
        await host.Services.GetRequiredService<Migrator>().MigrateAsync(default);
        await host.Services.GetRequiredService<PersonStore>().CreateAsync(User, "Measured", Password, ["CRM Admin"], default);
        var policy = PolicyDirectory.Read(policyFolder) is { Policy: { } read } ? read : throw new InvalidOperationException($"The policy of this measurement does not load: {string.Join(' ', PolicyDirectory.Read(policyFolder).Problems)}");
        var seed = ActivatorUtilities.CreateInstance<PlanSeed>(host.Services, policy);

        Say($"Load average before: {LoadAverage()}");
        var small = await seed.AddAsync(500);
        var smallRefused = await seed.AddAsync(500);
        var plans = new List<SeededPlan>();
        // One to look at and to decline in, and for each run one to approve whole, by filter, by choice, whole under a newer policy that decides otherwise or alike, by group, and one to refuse.
        for (var i = 0; i < 1 + (7 * runs); i++)
        {
            plans.Add(await seed.AddAsync(cells, i % 7 is 4 or 5 ? "policy-before" : null, isAlike: i % 7 == 5));
            Say($"Sealed plan {i + 1}: {plans[^1].Plan.Cells.Length} cells, seal {plans[^1].Seal.TotalMilliseconds:0} ms, store {plans[^1].Save.TotalMilliseconds:0} ms");
        }

        await using var console = await ServiceProcess.StartAsync("ClayAspire.Console", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__clayaspire"] = database,
            ["Policy__Directory"] = policyFolder,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Logging__LogLevel__Default"] = "Warning",
        });
        using var process = Process.GetProcessById(console.Id);
        using var person = new Person(console.Address, new ProcessorTime(console.Id, postgres.ProcessId));
        await person.SignInAsync(User, Password);
        // Code is compiled on its first use; that is a cost of the start, not of the plan.
        await LookAsync(person, small, 1);
        await DecideAsync(person, small, "all");
        await RefuseAsync(person, smallRefused);
        process.Refresh();
        var (resting, restingHeap) = (process.WorkingSet64, (await person.MetersAsync()).Heap);

        var looked = await LookAsync(person, plans[0], runs);
        looked.Add(new Measured("decline 50 chosen cells", [await DeclineAsync(person, plans[0])]));
        var page = $"/plans/{plans[0].Plan.Id:D}";
        looked.Add(new Measured("decline a field by filter", [await person.PostAsync(page, page + "/decline?field=City", "Declined", ("hash", plans[0].Plan.Hash), ("scope", "shown"), ("shownReason", "measured"))]));
        foreach (var (name, path) in new[] { ("plan with a declined field, first page", page), ("filter: kind declined, when many are", page + "?kind=declined"), ("changes by record, when many are declined", page + "?by=record") })
            looked.Add(await RepeatAsync(name, runs, () => person.GetAsync(path)));
        var decided = new Dictionary<string, List<Sample>>(StringComparer.Ordinal);
        foreach (var (plan, i) in plans.Skip(1).Select((p, i) => (p, i)))
        {
            var (name, act) = (i % 7) switch
            {
                0 => ("approve all", () => DecideAsync(person, plan, "all")),
                1 => ("approve what a filter shows (kind fill)", () => DecideAsync(person, plan, "shown", "?kind=fill")),
                2 => ("approve two chosen cells", (Func<Task<Sample>>)(() => DecideAsync(person, plan, "chosen"))),
                3 => ("approve all, sealed under a policy whose flow was another", () => DecideAsync(person, plan, "all")),
                4 => ("approve all, sealed under a policy that differs elsewhere", () => DecideAsync(person, plan, "all")),
                5 => ("approve two groups (overwrites, low confidence)", () => DecideAsync(person, plan, "groups", "?by=kind")),
                _ => ("refuse", () => RefuseAsync(person, plan)),
            };
            decided.TryAdd(name, []);
            decided[name].Add(await act());
        }
        await CloseRunsAsync(host.Services.GetRequiredService<NpgsqlDataSource>(), plans[1].Plan.Id);
        var run = await host.Services.GetRequiredService<RunStore>().FindByPlanAsync(plans[1].Plan.Id, default) ?? throw new InvalidOperationException("The approved plan has no run.");
        // The worker's part: it takes the run and writes out its cells.
        var queue = host.Services.GetRequiredService<JobQueue>();
        var started = Stopwatch.GetTimestamp();
        foreach (var job in (await queue.ClaimAsync([JobKinds.ApplyPlan], 1000, "measured", TimeSpan.FromHours(1), default)).Where(j => JobPayload.Read<ApplyPlan>(j.Payload).RunId == run.Id))
            await host.Services.GetRequiredService<RunStore>().StartIfLeaseHeldAsync(job.Lease, run.Id, "measured", default);
        var writeOut = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await host.Services.GetRequiredService<PlanStore>().SettleAsync(plans[1].Plan.Id, default);
        var settle = Stopwatch.GetElapsedTime(started);
        var running = await RunPageAsync(person, host.Services.GetRequiredService<NpgsqlDataSource>(), run.Id, runs);

        process.Refresh();
        var shown = plans[0].Plan;
        Say("");
        Say(string.Create(CultureInfo.InvariantCulture, $"{shown.Cells.Length} cells a plan ({string.Join(", ", shown.Cells.CountBy(c => c.Decision.Verdict).OrderBy(c => c.Key).Select(c => $"{c.Value} {c.Key}"))}; {shown.Cells.Count(c => c.NeedsNamedApproval)} need a name), {plans.Count} plans in the database, {runs} runs each, {Environment.ProcessorCount} cores, load average {LoadAverage()}"));
        Say(string.Create(CultureInfo.InvariantCulture, $"Seal {Median(plans.Select(p => p.Seal)):0} ms, store {Median(plans.Select(p => p.Save)):0} ms (median of {plans.Count}); write out a run's cells {writeOut.TotalMilliseconds:0} ms, settle what an approval left out {settle.TotalMilliseconds:0} ms: the worker's part, no request"));
        Say("");
        foreach (var line in Measured.Head)
            Say(line);
        Measured[] all = [.. looked, .. decided.Select(d => new Measured(d.Key, d.Value)), .. running];
        foreach (var measured in all)
            Say(measured.Row());
        Say("");
        // A file is waited for while it arrives: what counts is its first byte.
        var slowest = all.OrderByDescending(m => Wait(m)).First();
        Say(string.Create(CultureInfo.InvariantCulture, $"Slowest request (median; a file counts by its first byte): {slowest.Name}, {Wait(slowest):0} ms"));
        var costliest = all.Where(m => !m.IsFile).OrderByDescending(m => m.Median(s => s.ConsoleSeconds + s.PostgresSeconds)).First();
        Say(string.Create(CultureInfo.InvariantCulture, $"Costliest request (processor time, console and PostgreSQL together): {costliest.Name}, {costliest.Median(s => s.ConsoleSeconds + s.PostgresSeconds) * 1000:0} ms"));
        var meters = await person.MetersAsync();
        Say(string.Create(CultureInfo.InvariantCulture, $"Console: working set {resting / 1048576} MB and heap {restingHeap / 1048576:0} MB before, heap {meters.Heap / 1048576:0} MB after, peak working set {process.PeakWorkingSet64 / 1048576} MB"));
        return 0;
    }

    private static double Wait(Measured m) => m.Median(s => (m.IsFile ? s.FirstByte : s.Total).TotalMilliseconds);

    private static async Task<List<Measured>> LookAsync(Person person, SeededPlan plan, int runs)
    {
        var page = $"/plans/{plan.Plan.Id:D}";
        var lastPage = (plan.Plan.Cells.Length + 49) / 50;
        var found = new List<Measured>();
        foreach (var (name, path) in new (string, string)[]
        {
            ("plan, first page", page), ("plan, page 2", page + "?page=2"), ("plan, last page", $"{page}?page={lastPage}"),
            ("filter: verdict Write", page + "?verdict=Write"), ("filter: verdict Hold", page + "?verdict=Hold"), ("filter: verdict Refuse, last page", $"{page}?verdict=Refuse&page={plan.Plan.Cells.Count(c => c.Decision.Verdict == Verdict.Refuse) / 50}"),
            ("filter: field City", page + "?field=City"), ("filter: kind fill", page + "?kind=fill"), ("filter: kind overwrite", page + "?kind=overwrite"), ("filter: kind named", page + "?kind=named"),
            ("filter: kind low-confidence", page + "?kind=low-confidence"), ("filter: kind declined", page + "?kind=declined"),
            ("free text, found once", $"{page}?q={plan.Plan.Cells[^1].Cell.Record.Id}"), ("free text, found often", page + "?q=director"), ("free text in a long value", page + "?q=imaging+equipment"), ("free text, found nowhere", page + "?q=nothing+has+this"),
            ("field, kind and text together", page + "?field=City&kind=fill&q=lyon"),
            ("sort by record", page + "?sort=record"), ("sort by record, backwards", page + "?sort=record&desc=true"), ("sort by field", page + "?sort=field"), ("sort by verdict", page + "?sort=verdict"),
            ("sort by reason", page + "?sort=reason"), ("sort by rule", page + "?sort=rule"), ("sort by source", page + "?sort=source"), ("sort by record, last page", $"{page}?sort=record&page={lastPage}"),
            ("changes by field", page + "?by=field"), ("changes by record", page + "?by=record"), ("changes by record, last page", page + "?by=record&page=300"), ("changes by rule", page + "?by=rule"),
            ("changes by source", page + "?by=source"), ("changes by kind", page + "?by=kind"), ("overwrites by record", page + "?by=record&kind=overwrite"),
            ("plans list", "/plans"), ("plans list, waiting", "/plans?state=sealed"), ("API: 500 cells", $"/api{page}/cells?size=500"), ("API: 500 cells, last page", $"/api{page}/cells?size=500&page={plan.Plan.Cells.Length / 500}"),
            ("CSV of all cells", $"/api{page}/cells.csv"), ("CSV of a filter, sorted", $"/api{page}/cells.csv?kind=named&sort=record"),
        })
            found.Add(await RepeatAsync(name, runs, () => person.GetAsync(path)));
        return found;
    }

    /// <summary>Runs of one flow are applied in order: those before the measured one must have ended.</summary>
    private static async Task CloseRunsAsync(NpgsqlDataSource database, Guid plan)
    {
        await using var close = database.CreateCommand(
            "update sync.job set state = 'completed' where kind = 'apply-plan' and payload ->> 'runId' <> (select id::text from sync.run where plan_id = $1)");
        close.Parameters.Add(new NpgsqlParameter { Value = plan });
        await close.ExecuteNonQueryAsync();
    }

    private static async Task<List<Measured>> RunPageAsync(Person person, NpgsqlDataSource database, Guid run, int runs)
    {
        // What a worker leaves in the middle of a run, without its hour of work.
        await using (var move = database.CreateCommand(
            "update sync.run_cell set state = case when ordinal % 20 < 16 then 'verified' when ordinal % 20 = 16 then 'rejected' when ordinal % 20 = 17 then 'skipped' else 'planned' end, "
            + "reason_code = case when ordinal % 20 in (16, 17) then 'measured' end, reason = case when ordinal % 20 in (16, 17) then 'The measurement says so.' end where run_id = $1"))
        {
            move.Parameters.Add(new NpgsqlParameter { Value = run });
            await move.ExecuteNonQueryAsync();
        }
        var page = $"/runs/{run:D}";
        var found = new List<Measured>();
        foreach (var (name, path) in new (string, string)[]
        {
            ("run, first page", page), ("run, page 2", page + "?page=2"), ("run, page 1000", page + "?page=1000"), ("run: verified", page + "?state=verified"), ("run: rejected", page + "?state=rejected"),
            ("run: planned", page + "?state=planned"), ("run's progress (every second)", page + "/progress"), ("CSV of a run's cells", $"/api{page}/cells.csv"),
        })
            found.Add(await RepeatAsync(name, runs, () => person.GetAsync(path)));
        return found;
    }

    private static Task<Sample> DecideAsync(Person person, SeededPlan plan, string scope, string filter = "")
    {
        var page = $"/plans/{plan.Plan.Id:D}";
        List<(string, string)> fields = [("hash", plan.Plan.Hash), ("scope", scope)];
        if (scope == "chosen")
            fields.AddRange([("ordinals", "0"), ("ordinals", plan.Plan.Changes.Last().Ordinal.ToString(CultureInfo.InvariantCulture))]);
        if (scope == "groups")
            fields.AddRange([("groups", "kind=overwrite"), ("groups", "kind=low-confidence")]);
        return person.PostAsync(page, $"{page}/approve{filter}", "Approved", [.. fields]);
    }

    private static Task<Sample> DeclineAsync(Person person, SeededPlan plan)
    {
        var page = $"/plans/{plan.Plan.Id:D}";
        return person.PostAsync(page, $"{page}/decline", "Declined", [("hash", plan.Plan.Hash), ("scope", "chosen"), ("chosenReason", "measured"), .. plan.Plan.Changes.Take(50).Select(c => ("ordinals", c.Ordinal.ToString(CultureInfo.InvariantCulture)))]);
    }

    private static Task<Sample> RefuseAsync(Person person, SeededPlan plan)
    {
        var page = $"/plans/{plan.Plan.Id:D}";
        return person.PostAsync(page, $"{page}/refuse", "Refused", ("hash", plan.Plan.Hash), ("reason", RefusesAll));
    }

    private static async Task<Measured> RepeatAsync(string name, int runs, Func<Task<Sample>> request)
    {
        var samples = new List<Sample>(runs);
        for (var i = 0; i < runs; i++)
            samples.Add(await request());
        return new Measured(name, samples);
    }

    private static IHost Host(string database)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ConnectionStrings:clayaspire"] = database + ";Command Timeout=600" });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddClayAspireStorage();
        return builder.Build();
    }

    private static double Median(IEnumerable<TimeSpan> times) => times.Select(t => t.TotalMilliseconds).Order().ElementAt((times.Count() - 1) / 2);

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";

    private static void Say(string text) => Console.WriteLine(text);
}
