using System.Text.Json;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using Npgsql;

namespace ClayAspire.Console.Tests;

/// <summary>
/// Rows stored, read and offered by the services' own parts, and plans of them, released and applied. Leads of icare wait for an industry, leads
/// of the staging org get a city.
/// </summary>
internal sealed class BacktestWorld(World world)
{
    public const string Blank = "00Q5e00000BTS01AAA";
    public const string Filled = "00Q5e00000BTS02AAA";
    public const string StagingFilled = "00Q5e00000BTS03AAA";
    public const string StagingBlank = "00Q5e00000BTS04AAA";

    private readonly Dictionary<(RecordKey Record, string Field), string> _live = [];
    private int _rows;

    /// <summary>
    /// Four leads. Industry: Energy for a blank one, Retail for one that has Banking; both are held. City in staging: Ghent for one that has
    /// Antwerp, which is kept; Lyon for a blank one, which is written. One more row matches nobody.
    /// </summary>
    public static async Task<BacktestWorld> MakeAsync(World world)
    {
        var made = new BacktestWorld(world);
        await made.MirrorAsync("icare", Blank, null, null);
        await made.MirrorAsync("icare", Filled, "Industry", "Banking");
        await made.MirrorAsync(World.Staging, StagingFilled, "City", "Antwerp");
        await made.MirrorAsync(World.Staging, StagingBlank, null, null);
        await made.RowAsync("leads", new { salesforce_id = Blank, industry = "Energy" });
        await made.RowAsync("leads", new { salesforce_id = Filled, industry = "Retail" });
        await made.RowAsync("fake_1000", new { salesforce_id = StagingFilled, city = "Ghent" });
        await made.RowAsync("fake_1000", new { salesforce_id = StagingBlank, city = "Lyon" });
        await made.RowAsync("leads", new { email = "nobody@example.org", industry = "Retail" });
        await made.ProcessAsync();
        await made.PlanAsync("icare");
        var plan = await made.PlanAsync(World.Staging);
        await world.ApproveAsync(plan);
        await world.WorkAsync();
        return made;
    }

    /// <summary>The files of the policy in force, some of them edited.</summary>
    public List<PolicyFile> Files(params (string File, string From, string To)[] edits)
    {
        var root = world.Get<PolicySource>().Directory;
        return [.. Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories)
            .Select(f => new PolicyFile(Path.GetRelativePath(root, f).Replace('\\', '/'), File.ReadAllText(f)))
            .Where(f => !PolicyCases.IsCaseFile(f))
            .Select(f => edits.Where(e => e.File == f.Path).Aggregate(f, Edited))];
    }

    private static PolicyFile Edited(PolicyFile file, (string File, string From, string To) edit)
    {
        var text = file.Text.ReplaceLineEndings("\n");
        Assert.Contains(edit.From, text, StringComparison.Ordinal);
        return file with { Text = text.Replace(edit.From, edit.To, StringComparison.Ordinal) };
    }

    /// <summary>Industry of icare is Active, City of staging takes the latest.</summary>
    public List<PolicyFile> Other() => Files(
        ("contracts/icare.yaml", "    Industry:\n      type: text\n      status: PendingLegal", "    Industry:\n      type: text\n      status: Active"),
        ("contracts/icare-staging.yaml", "    City:\n      type: text\n      status: Active\n      rule: fill-blank", "    City:\n      type: text\n      status: Active\n      rule: latest"));

    private Task RowAsync(string table, object row) => world.Get<SignalStore>().AppendAsync(
        [new NewSignal("clay", "clay.row", table, $"backtest-{_rows++}", JsonSerializer.Serialize(row), world.Get<TimeProvider>().GetUtcNow(), FeedsFlow: true)], CancellationToken.None);

    private Task MirrorAsync(string connection, string record, string? field, string? value)
    {
        if (field is not null)
            _live[(new RecordKey(connection, "Lead", record), field)] = value!;
        return world.Get<CrmRecordStore>().UpsertAsync(
        [
            new CrmRecordRow
            {
                Connection = connection,
                Object = "Lead",
                RecordId = record,
                Version = "v1",
                Fields = JsonSerializer.Serialize(field is null ? [] : new Dictionary<string, string?> { [field] = value }),
                ReadAt = world.Get<TimeProvider>().GetUtcNow(),
            },
        ], CancellationToken.None);
    }

    /// <summary>As the worker does it, where every record is known by its id.</summary>
    private async Task ProcessAsync()
    {
        var policy = world.Get<PolicySource>().Current;
        await using var connection = await world.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var outcomes = new List<SignalOutcomeChange>();
        var offers = new List<NewCandidate>();
        foreach (var signal in await world.Get<SignalStore>().TakePendingAsync(transaction, 100, CancellationToken.None))
        {
            var reading = SignalReader.Read(policy, signal).Reading!;
            if (reading.RecordIdText is not { } id)
            {
                outcomes.Add(new SignalOutcomeChange(signal.Id, SignalOutcomes.Unmatched, "No record has this e-mail address."));
                continue;
            }
            var record = new RecordKey(reading.Mapping.Connection, reading.Mapping.Object, id);
            outcomes.Add(new SignalOutcomeChange(signal.Id, SignalOutcomes.Resolved, null, record));
            offers.AddRange(reading.Offers.Select(o => new NewCandidate(signal.Id, reading.Flow.Name, new CellKey(record, o.Key), o.Value, signal.Source, reading.OccurredAt)));
        }
        await world.Get<CandidateStore>().AddAsync(transaction, offers, CancellationToken.None);
        await world.Get<SignalStore>().SetOutcomesAsync(transaction, outcomes, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private async Task<Plan> PlanAsync(string connection)
    {
        var policy = world.Get<PolicySource>().Current;
        var open = await world.Get<CandidateStore>().OfPendingCellsAsync(connection, World.Enrichment, CancellationToken.None);
        var decided = open.Select(c =>
        {
            var live = new LiveRecord(c.Key.Record, RecordState.Live, "v1", new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                [c.Key.Field] = FieldValue.FromCanonical(_live.GetValueOrDefault((c.Key.Record, c.Key.Field))),
            })
            {
                Suppression = SuppressionFacts.None,
            }.WithEdit(c.Key.Field, LastEdit.None);
            return (c.Key, Old: live.Value(c.Key.Field), Decision: CellDecider.Decide(policy, policy.Flow(World.Enrichment), live, c.Key.Field, [.. c.Value]));
        }).OrderBy(d => d.Decision.Verdict).Select((d, i) => new PlannedCell(i, d.Key, d.Old, "v1", d.Decision));
        var now = world.Get<TimeProvider>().GetUtcNow();
        var plan = Plan.Seal(world.Get<IIdSource>().Next(), connection, World.Enrichment, policy.Version, "marcom", now, now.AddHours(24), decided, new PlanCost(4, 0));
        await world.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, CancellationToken.None);
        return plan;
    }
}
