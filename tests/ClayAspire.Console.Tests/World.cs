using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ClayAspire.Console.Tests;

/// <summary>What is in the database of a test: people, plans decided by the real policy, runs moved as a worker moves them.</summary>
internal sealed class World(IServiceProvider services)
{
    public const string Enrichment = "enrichment-writeback";
    public const string Staging = "icare-staging";

    private static readonly (string User, string Name, string Role)[] Everybody =
    [
        ("marcom", "Mara Okonjo", "MARCOM Ops"), ("crm-admin", "Chris Adler", "CRM Admin"), ("dpo", "Dana Pohl", "DPO"),
        ("it", "Ira Tamm", "IT Infra"), ("admin", "Ada Minh", "Admin"), ("viewer", "Vic Ewers", "Viewer"),
    ];

    private static readonly string[] Cities = ["Lyon", "Utrecht", "Graz", "Malmö", "Porto", "Ghent", "Bergen", "Turin"];
    private static readonly string[] Names = ["Aline", "Bram", "Carla", "Dorte", "Emil", "Freya", "Goran", "Hanna"];
    private static readonly string[] Industries = ["Medical devices", "Wind energy", "Rail logistics", "Retail banking"];

    private readonly Random _random = new(7);
    private int _records;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public static string Password(string userName) => $"demo-{userName}";

    public async Task AddPeopleAsync()
    {
        foreach (var (user, name, role) in Everybody)
            await Get<PersonStore>().CreateAsync(user, name, Password(user), [role], CancellationToken.None);
    }

    public async Task<string> KeyOfAsync(string? userName, params string[] scopes) =>
        (await Get<ApiKeyStore>().CreateAsync($"key of {userName}", scopes.Length > 0 ? scopes : [ApiScopes.Api], userName, CancellationToken.None)).Key;

    /// <summary>Seals and stores a plan of so many leads, each with a blank city to fill, a held industry and a refused formula.</summary>
    public async Task<Plan> AddPlanAsync(int leads = 8, string author = "scheduler", TimeSpan? age = null, TimeSpan? stands = null, string connection = Staging, string flow = Enrichment, bool changes = true)
    {
        var policy = Get<PolicySource>().Current;
        var now = Get<TimeProvider>().GetUtcNow();
        var sealedAt = now - (age ?? TimeSpan.FromMinutes(20));
        var cells = new List<(LiveRecord Live, string Field, Decision Decision)>();
        for (var i = 0; i < leads; i++)
        {
            var live = Lead(connection, i);
            void Offer(string field, string value, string source = "clay") => cells.Add((live, field, CellDecider.Decide(
                policy, policy.Flow(flow), live, field, [new Candidate(1000 + cells.Count, source, sealedAt.AddHours(-2), FieldValue.FromCanonical(value))])));
            if (flow == "bounce-sync")
            {
                Offer("external_hard_bounced__c", "true", "smartlead");
                continue;
            }
            if (changes)
            {
                Offer("City", Cities[_random.Next(Cities.Length)]);
                Offer("FirstName", Names[_random.Next(Names.Length)]);
            }
            Offer("Industry", Industries[_random.Next(Industries.Length)]);
            if (i % 3 == 0)
                Offer("Cold_Lead_Eligible__c", "true");
            if (changes && i % 4 == 0)
                Offer("LinkedIn_URL__c", $"https://www.linkedin.example/in/lead-{i}");
        }
        var planned = cells.OrderBy(c => c.Decision.Verdict)
            .Select((c, i) => new PlannedCell(i, new CellKey(c.Live.Key, c.Field), c.Live.Value(c.Field), c.Live.Version, c.Decision));
        var plan = Plan.Seal(Get<IIdSource>().Next(), connection, flow, policy.Version, author, sealedAt, sealedAt + (stands ?? TimeSpan.FromHours(24)), planned, new PlanCost((cells.Count / 100) + 4, 0, 120));
        await Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, CancellationToken.None);
        return plan;
    }

    /// <summary>Does what a worker does with the next run, step by step, so that a page can be watched meanwhile.</summary>
    public async Task<RunRow> WorkAsync(Func<Task>? between = null, Func<RunCellRow, Reason?>? reject = null)
    {
        var queue = Get<JobQueue>();
        var runs = Get<RunStore>();
        var job = (await queue.ClaimAsync([JobKinds.ApplyPlan], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        var id = JobPayload.Read<ApplyPlan>(job.Payload).RunId;
        await runs.StartIfLeaseHeldAsync(job.Lease, id, "worker-1", CancellationToken.None);
        var batch = 0;
        foreach (var cells in (await runs.OpenCellsAsync(id, CancellationToken.None)).Chunk(6))
        {
            batch++;
            await runs.MoveCellsIfLeaseHeldAsync(job.Lease, id, [.. cells.Select(c => new CellMove(c.Ordinal, RunCellStates.Intent, Batch: batch))], 1, CancellationToken.None);
            await runs.MoveCellsIfLeaseHeldAsync(job.Lease, id, [.. cells.Select(c => new CellMove(c.Ordinal, RunCellStates.Acknowledged))], 1, CancellationToken.None);
            if (between is not null)
                await between();
            await runs.MoveCellsIfLeaseHeldAsync(job.Lease, id, [.. cells.Select(c => reject?.Invoke(c) is { } why
                ? new CellMove(c.Ordinal, RunCellStates.Rejected, why)
                : new CellMove(c.Ordinal, RunCellStates.Verified))], 1, CancellationToken.None);
        }
        var run = await runs.FinishIfLeaseHeldAsync(job.Lease, id, CancellationToken.None);
        await queue.CompleteAsync(job.Lease, CancellationToken.None);
        return run;
    }

    /// <summary>The worker's part after a decision: moves candidates, so that the next plan of the flow can be made.</summary>
    public async Task SettleAsync()
    {
        var queue = Get<JobQueue>();
        foreach (var job in await queue.ClaimAsync([JobKinds.SettlePlan], 50, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None))
        {
            await Get<PlanStore>().SettleAsync(JobPayload.Read<SettlePlan>(job.Payload).PlanId, CancellationToken.None);
            await queue.CompleteAsync(job.Lease, CancellationToken.None);
        }
    }

    /// <summary>
    /// A plan with every kind of change: fills, overwrites of what a lesser source had said, fills of a low confidence, holds, keeps and refusals.
    /// </summary>
    public async Task<Plan> AddMixedPlanAsync(int leads = 12, TimeSpan? age = null)
    {
        var inForce = Get<PolicySource>().Current;
        // As the shipped policy, with a confidence asked for; under its version, so that approval does not decide anew.
        var policy = new PolicySet(inForce.Version, [.. inForce.Contracts.Select(c => c.Field == "City" ? c with { MinConfidence = 0.5, Sources = ["clay", "file"] } : c)], inForce.Flows, inForce.Mappings);
        var sealedAt = Get<TimeProvider>().GetUtcNow() - (age ?? TimeSpan.FromMinutes(20));
        var cells = new List<(LiveRecord Live, string Field, Decision Decision)>();
        for (var i = 0; i < leads; i++)
        {
            var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
            if (i % 3 == 1)
                values["City"] = FieldValue.FromCanonical("Antwerp");
            if (i % 4 == 3)
                values["FirstName"] = FieldValue.FromCanonical("Ines");
            var live = new LiveRecord(new RecordKey(Staging, "Lead", $"00Q5e00000{++_records:D6}AA"), RecordState.Live, "2026-11-22T21:04:11Z", values)
                .WithEdit("City", LastEdit.None).WithEdit("FirstName", LastEdit.None);
            void Decide(string field, params Candidate[] said) => cells.Add((live, field, CellDecider.Decide(policy, policy.Flow(Enrichment), live, field, said)));
            var city = new Candidate(5000 + (i * 10), "clay", sealedAt.AddHours(-2), FieldValue.FromCanonical(Cities[i % Cities.Length])) { Confidence = i % 3 == 2 ? 0.3 : 0.9 };
            var lesser = new Candidate(5001 + (i * 10), "file", sealedAt.AddDays(-9), FieldValue.FromCanonical("Antwerp"), IsSettled: true);
            Decide("City", i % 3 == 1 ? [city, lesser] : [city]);
            Decide("FirstName", new Candidate(5002 + (i * 10), "clay", sealedAt.AddHours(-2), FieldValue.FromCanonical(Names[i % Names.Length])));
            Decide("Industry", new Candidate(5003 + (i * 10), "clay", sealedAt.AddHours(-2), FieldValue.FromCanonical(Industries[i % Industries.Length])));
            if (i % 5 == 0)
                Decide("Cold_Lead_Eligible__c", new Candidate(5004 + (i * 10), "clay", sealedAt.AddHours(-2), FieldValue.True));
        }
        var planned = cells.OrderBy(c => c.Decision.Verdict).Select((c, i) => new PlannedCell(i, new CellKey(c.Live.Key, c.Field), c.Live.Value(c.Field), c.Live.Version, c.Decision));
        var plan = Plan.Seal(Get<IIdSource>().Next(), Staging, Enrichment, policy.Version, "scheduler", sealedAt, sealedAt.AddHours(24), planned, new PlanCost(9, 0));
        await Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, CancellationToken.None);
        return plan;
    }

    public async Task<Guid> ApproveAsync(Plan plan) =>
        (await Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], Get<PolicySource>().Current, null, CancellationToken.None)).RunId!.Value;

    /// <summary>Signals whose values wait for Legal, a few that wait to be planned, and one that matches nobody.</summary>
    public async Task AddHeldValuesAsync()
    {
        var now = Get<TimeProvider>().GetUtcNow();
        var ids = Get<IIdSource>();
        var receipts = await Get<SignalStore>().AppendAsync(
            [.. Enumerable.Range(0, 40).Select(i => new NewSignal("clay", "clay.row", "leads", ids.Next().ToString("N"), "{}", now.AddHours(-3), true))], CancellationToken.None);
        await using var db = await Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        var policy = Get<PolicySource>().Current.Version;
        foreach (var (receipt, i) in receipts.Select((r, i) => (r, i)))
        {
            db.Candidates.Add(new CandidateRow
            {
                SignalId = receipt.SignalId!.Value,
                Flow = Enrichment,
                Connection = i % 3 == 0 ? "icare" : Staging,
                Object = "Lead",
                RecordId = $"00Q5e00000{i:D6}AA",
                Field = i % 2 == 0 ? "Industry" : "company_description__c",
                Value = "x",
                Source = "clay",
                OccurredAt = now.AddHours(-3),
                State = i < 30 ? CandidateStates.Held : CandidateStates.Pending,
                PolicyVersion = policy,
            });
        }
        await db.SaveChangesAsync();
        await db.SignalOutcomes.OrderBy(o => o.SignalId).Take(35).ExecuteUpdateAsync(o => o.SetProperty(x => x.State, SignalOutcomes.Resolved));
        await db.SignalOutcomes.Where(o => o.State == SignalOutcomes.Pending).OrderBy(o => o.SignalId).Take(2).ExecuteUpdateAsync(o => o.SetProperty(x => x.State, SignalOutcomes.Unmatched));
    }

    /// <summary>Signals that offer a value each for a lead's field; their ids in order.</summary>
    public async Task<IReadOnlyList<long>> OfferAsync(params (string Connection, string Record, string Field, string Value)[] offers)
    {
        var now = Get<TimeProvider>().GetUtcNow();
        var receipts = await Get<SignalStore>().AppendAsync(
            [.. offers.Select(_ => new NewSignal("clay", "clay.row", "leads", Get<IIdSource>().Next().ToString("N"), "{}", now, false))], CancellationToken.None);
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Get<CandidateStore>().AddAsync(transaction, [.. offers.Select((o, i) => new NewCandidate(
            receipts[i].SignalId!.Value, Enrichment, new CellKey(new RecordKey(o.Connection, "Lead", o.Record), o.Field), o.Value, "clay", now))], CancellationToken.None);
        await transaction.CommitAsync();
        return [.. receipts.Select(r => r.SignalId!.Value)];
    }

    public async Task AlterCellAsync(Guid planId, string value = "Atlantis")
    {
        await using var db = await Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        await db.PlanCells.Where(c => c.PlanId == planId && c.Ordinal == 0).ExecuteUpdateAsync(c => c.SetProperty(x => x.NewValue, value));
    }

    private LiveRecord Lead(string connection, int i)
    {
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        if (i % 5 == 4)
            values["City"] = FieldValue.FromCanonical("Antwerp");
        if (i % 2 == 1)
            values["FirstName"] = FieldValue.FromCanonical("Ines");
        return new LiveRecord(new RecordKey(connection, "Lead", $"00Q5e00000{++_records:D6}AA"), RecordState.Live, "2026-11-22T21:04:11Z", values)
            .WithEdit("City", LastEdit.None).WithEdit("FirstName", LastEdit.None);
    }
}
