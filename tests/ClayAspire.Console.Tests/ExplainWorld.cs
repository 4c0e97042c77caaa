using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using Npgsql;

namespace ClayAspire.Console.Tests;

/// <summary>Five cells of different fate, made as the services make them: signals, candidates, sealed plans, an approved run, mirror readings.</summary>
internal sealed class ExplainWorld(World world)
{
    public const string Written = "00Q5e00000EXP01AAA";
    public const string HeldOrRefused = "00Q5e00000EXP02AAA";
    public const string Kept = "00Q5e00000EXP03AAA";
    public const string Edited = "00Q5e00000EXP04AAA";
    public const string Member = "00v5e00000EXP05AAA";

    private readonly Dictionary<string, string?> _live = new(StringComparer.Ordinal) { [$"{Kept}/City"] = "Antwerp", [$"{HeldOrRefused}/City"] = "Graz" };

    public Guid EnrichmentPlan { get; private set; }

    public Guid EnrichmentRun { get; private set; }

    public static async Task<ExplainWorld> MakeAsync(World world)
    {
        var made = new ExplainWorld(world);
        await made.MakeAsync();
        return made;
    }

    public static string Path(string @object, string record, string field) => $"/explain/{World.Staging}/{@object}/{record}/{field}";

    private async Task MakeAsync()
    {
        var now = world.Get<TimeProvider>().GetUtcNow();
        await OfferAsync(World.Enrichment, now.AddDays(-3),
            ("Lead", Written, "City", "Utrecht", "clay", -180), ("Lead", Written, "City", "Amsterdam", "clay", -900),
            ("Lead", HeldOrRefused, "Industry", "Wind energy", "clay", -60), ("Lead", HeldOrRefused, "NumberOfEmployees", "250", "clay", -60),
            ("Lead", Kept, "City", "Ghent", "clay", -60), ("Lead", Edited, "FirstName", "Freya", "clay", -60));
        var plan = await PlanAsync(World.Enrichment, now.AddDays(-3).AddHours(1),
            (Written, "Lead", "City"), (HeldOrRefused, "Lead", "Industry"), (HeldOrRefused, "Lead", "NumberOfEmployees"), (Kept, "Lead", "City"), (Edited, "Lead", "FirstName"));
        EnrichmentPlan = plan.Id;
        EnrichmentRun = await world.ApproveAsync(plan);
        await world.WorkAsync();
        // Minutes after the run, in the CRM: one value as we left it, one changed by a person.
        await ReadAsync(Written, now.AddMinutes(20), """{"City":"Utrecht","Email":"x@example.org"}""");
        await ReadAsync(Edited, now.AddMinutes(20), """{"FirstName":"Freja"}""");
        await ReadAsync(Kept, now.AddMinutes(20), """{"City":"Antwerp"}""");
        await ReadAsync(HeldOrRefused, now.AddMinutes(20), """{"City":"Graz"}""");

        // A reply's class, and one that happened before it but came after it.
        await OfferAsync("reply-sync", now.AddDays(-1), ("CampaignMember", Member, "ReplyClassification__c", "Interested", "smartlead", -30));
        _live[$"{Member}/ReplyClassification__c"] = "Interested";
        await OfferAsync("reply-sync", now.AddHours(-2), ("CampaignMember", Member, "ReplyClassification__c", "Out Of Office", "smartlead", -2880));
        await PlanAsync("reply-sync", now.AddHours(-1), (Member, "CampaignMember", "ReplyClassification__c"));
    }

    private async Task OfferAsync(string flow, DateTimeOffset received, params (string Object, string Record, string Field, string Value, string Source, int Minutes)[] offers)
    {
        var ids = world.Get<IIdSource>();
        var receipts = await world.Get<SignalStore>().AppendAsync(
            [.. offers.Select(o => new NewSignal(o.Source, "clay.row", "explain", ids.Next().ToString("N"), "{}", received.AddMinutes(o.Minutes), false))], CancellationToken.None);
        await using var connection = await world.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await world.Get<CandidateStore>().AddAsync(transaction, [.. offers.Select((o, i) => new NewCandidate(
            receipts[i].SignalId!.Value, flow, Cell(o.Record, o.Object, o.Field), o.Value, o.Source, received.AddMinutes(o.Minutes)))], CancellationToken.None);
        await using (var when = new NpgsqlCommand("update sync.signal set received_at = @at where id = any (@ids)", connection, transaction))
        {
            when.Parameters.AddWithValue("at", received.ToUniversalTime());
            when.Parameters.AddWithValue("ids", receipts.Select(r => r.SignalId!.Value).ToArray());
            await when.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    private async Task<Plan> PlanAsync(string flow, DateTimeOffset sealedAt, params (string Record, string Object, string Field)[] cells)
    {
        var policy = world.Get<PolicySource>().Current;
        var keys = cells.Select(c => Cell(c.Record, c.Object, c.Field)).ToArray();
        var candidates = await world.Get<CandidateStore>().OfCellsAsync(keys, CancellationToken.None);
        var decided = keys.Select(k =>
        {
            var live = new LiveRecord(k.Record, RecordState.Live, "2026-11-22T21:04:11Z", new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                [k.Field] = FieldValue.FromCanonical(_live.GetValueOrDefault($"{k.Record.Id}/{k.Field}")),
            })
            {
                Suppression = SuppressionFacts.None,
            }.WithEdit(k.Field, LastEdit.None);
            return (Cell: k, Old: live.Value(k.Field), Decision: CellDecider.Decide(policy, policy.Flow(flow), live, k.Field, [.. candidates[k]]));
        }).OrderBy(d => d.Decision.Verdict).Select((d, i) => new PlannedCell(i, d.Cell, d.Old, "2026-11-22T21:04:11Z", d.Decision));
        var plan = Plan.Seal(world.Get<IIdSource>().Next(), World.Staging, flow, policy.Version, "marcom", sealedAt, sealedAt.AddDays(7), decided, new PlanCost(4, 0));
        await world.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, CancellationToken.None);
        return plan;
    }

    private Task<int> ReadAsync(string record, DateTimeOffset at, string fields) => world.Get<CrmRecordStore>().UpsertAsync(
        [new CrmRecordRow { Connection = World.Staging, Object = "Lead", RecordId = record, Version = "v2", Fields = fields, ReadAt = at }], CancellationToken.None);

    private static CellKey Cell(string record, string @object, string field) => new(new RecordKey(World.Staging, @object, record), field);
}
