using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;
using Npgsql;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>
/// Plans of a realistic mix: about five cells a record, two objects, one to three candidates a cell, values from a word to a paragraph;
/// each cell decided by the real decider, each plan stored by the real store with its signals and candidates.
/// </summary>
internal sealed class PlanSeed(PolicySet policy, NpgsqlDataSource database, SignalStore signals, CandidateStore candidates, PlanStore plans, IIdSource ids, TimeProvider clock)
{
    public const string Connection = "bench";
    public const string FlowName = "bench-writeback";

    private const int Seed = 20261123;
    private const int CellsPerRecord = 5;
    private const int SignalBatch = 5_000;
    private const int CandidateBatch = 20_000;

    private static readonly string[] Sources = ["registry", "clay", "file"];
    private static readonly string[] Towns = ["Lyon", "Utrecht", "Graz", "Malmö", "Porto", "Ghent", "Bergen", "Turin", "Aarhus", "Gdańsk", "Brno", "Leuven"];
    private static readonly string[] Titles = ["Head of Procurement", "Sales Director", "Chief Financial Officer", "Plant Manager", "Marketing Lead", "Data Protection Officer"];
    private static readonly string[] Industries = ["Medical devices", "Wind energy", "Rail logistics", "Retail banking", "Food processing"];
    private static readonly string[] Words = "supplies regional hospitals with imaging equipment and service contracts across three countries founded by engineers employs several hundred people operates two plants exports most of its output".Split(' ');

    private readonly Flow _flow = policy.Flow(FlowName);
    private int _plans;

    /// <summary>Seals and stores one plan of about so many cells.</summary>
    /// <param name="cells">How many cells, rounded up to whole records.</param>
    /// <param name="policyVersion">The version that it says it was decided under; null for the policy in force.</param>
    /// <param name="isAlike">Whether that policy says of the flow what the one in force says.</param>
    public async Task<SeededPlan> AddAsync(int cells, string? policyVersion = null, bool isAlike = false)
    {
        var number = ++_plans;
        var random = new Random(Seed + number);
        var now = clock.GetUtcNow();
        var records = (cells + CellsPerRecord - 1) / CellsPerRecord;
        var signalIds = await SignalsAsync(number, records, now);
        var decided = new List<(CellKey Cell, FieldValue Old, Decision Decision)>(records * CellsPerRecord);
        var offered = new List<(NewCandidate Candidate, bool Settled)>(records * CellsPerRecord * 2);
        for (var record = 0; record < records; record++)
        {
            var isContact = record % 5 == 4;
            var key = new RecordKey(Connection, isContact ? "Contact" : "Lead", string.Create(CultureInfo.InvariantCulture, $"{(isContact ? "003" : "00Q")}{number:D3}{record:D9}AAA"));
            // Birthdate has no contract, and Cold_Lead_Eligible__c is a formula: both are refused.
            foreach (var field in isContact ? ["MobilePhone", "Title", "Department", "MailingCity", "Birthdate"] : new[] { "City", "Title", "company_description__c", "Industry", record % 4 == 0 ? "Cold_Lead_Eligible__c" : "NumberOfEmployees" })
            {
                var (live, said) = Cell(random, field, signalIds.AsSpan(record * Sources.Length, Sources.Length), now);
                var reading = new LiveRecord(key, RecordState.Live, "2026-11-22T21:04:11.000Z", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = live });
                var decision = CellDecider.Decide(policy, _flow, reading, field, said);
                var cell = new CellKey(key, field);
                decided.Add((cell, live, policyVersion is null ? decision : decision with { PolicyVersion = policyVersion }));
                offered.AddRange(said.Select(c => (new NewCandidate(c.SignalId, FlowName, cell, c.Value.Text!, c.Source, c.OccurredAt, c.Confidence), c.IsSettled)));
            }
        }
        await CandidatesAsync(offered);

        var planned = decided.OrderBy(d => d.Decision.Verdict).ThenBy(d => d.Cell.Record.Object, StringComparer.Ordinal).ThenBy(d => d.Cell.Record.Id, StringComparer.Ordinal)
            .ThenBy(d => d.Cell.Field, StringComparer.Ordinal).Select((d, i) => new PlannedCell(i, d.Cell, d.Old, "2026-11-22T21:04:11.000Z", d.Decision)).ToList();
        var started = Stopwatch.GetTimestamp();
        var plan = Plan.Seal(ids.Next(), Connection, FlowName, policyVersion ?? policy.Version, "scheduler", now, now + _flow.ExpiresAfter, planned, new PlanCost(records / 200 * 3, 0));
        var seal = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await plans.SaveAsync(plan, PlanFacts.Whole with { Fingerprint = isAlike ? FlowFingerprint.Of(policy, _flow) : null }, default);
        return new SeededPlan(plan, seal, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>One signal of each source for each record.</summary>
    private async Task<long[]> SignalsAsync(int number, int records, DateTimeOffset now)
    {
        var all = new List<long>(records * Sources.Length);
        foreach (var batch in Enumerable.Range(0, records * Sources.Length).Chunk(SignalBatch))
        {
            var receipts = await signals.AppendAsync([.. batch.Select(i => new NewSignal(Sources[i % Sources.Length], "clay.row", "bench",
                string.Create(CultureInfo.InvariantCulture, $"{number}/{i}"), """{"row":true}""", now.AddHours(-3), FeedsFlow: false))], default);
            all.AddRange(receipts.Select(r => r.SignalId!.Value));
        }
        return [.. all];
    }

    private async Task CandidatesAsync(List<(NewCandidate Candidate, bool Settled)> offered)
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var batch in offered.Chunk(CandidateBatch))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await candidates.AddAsync(transaction, [.. batch.Select(o => o.Candidate)], default);
            var settled = batch.Where(o => o.Settled).Select(o => o.Candidate).ToArray();
            await using var update = new NpgsqlCommand(
                "update sync.candidate c set state = 'settled' from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as g(signal_id, object, record_id, field) "
                + "where c.signal_id = g.signal_id and c.connection = 'bench' and c.object = g.object and c.record_id = g.record_id and c.field = g.field", connection, transaction);
            update.Parameters.Add(new NpgsqlParameter { Value = settled.Select(c => c.SignalId).ToArray() });
            update.Parameters.Add(new NpgsqlParameter { Value = settled.Select(c => c.Cell.Record.Object).ToArray() });
            update.Parameters.Add(new NpgsqlParameter { Value = settled.Select(c => c.Cell.Record.Id).ToArray() });
            update.Parameters.Add(new NpgsqlParameter { Value = settled.Select(c => c.Cell.Field).ToArray() });
            await update.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    /// <summary>The live value of a cell and what sources say of it.</summary>
    private static (FieldValue Live, Candidate[] Said) Cell(Random random, string field, ReadOnlySpan<long> ids, DateTimeOffset now)
    {
        var kind = random.Next(100);
        var clay = new Candidate(ids[1], "clay", now.AddMinutes(-random.Next(30, 3000)), Value(random, field)) { Confidence = Math.Round(0.3 + (0.7 * random.NextDouble()), 2) };
        switch (field)
        {
            // Three in four are blank; of the others half hold what a lesser source had said, which the better one may replace by name.
            case "City" or "MailingCity" or "company_description__c" or "MobilePhone" or "Title" or "Department" or "NumberOfEmployees" when kind >= 75:
                var live = Value(random, field);
                var lesser = new Candidate(ids[2], "file", now.AddDays(-20), live, IsSettled: true);
                return kind >= 88 ? (live, [clay, lesser]) : (live, [clay]);
            case "City" or "MailingCity" or "Title" when kind < 25:
                return (FieldValue.Blank, [clay, new Candidate(ids[0], "registry", now.AddMinutes(-random.Next(30, 3000)), Value(random, field))]);
            case "City" or "MailingCity" when kind < 40:
                return (FieldValue.Blank, [clay, new Candidate(ids[0], "registry", now.AddDays(-1), Value(random, field)), new Candidate(ids[2], "file", now.AddDays(-2), Value(random, field))]);
            default:
                return (FieldValue.Blank, [clay]);
        }
    }

    private static FieldValue Value(Random random, string field) => FieldValue.FromCanonical(field switch
    {
        "City" or "MailingCity" => Towns[random.Next(Towns.Length)],
        "Title" or "Department" => Titles[random.Next(Titles.Length)],
        "Industry" => Industries[random.Next(Industries.Length)],
        "Cold_Lead_Eligible__c" => "true",
        "Birthdate" => "1980-05-17",
        "NumberOfEmployees" => (random.Next(1, 400) * 5).ToString(CultureInfo.InvariantCulture),
        "MobilePhone" => string.Create(CultureInfo.InvariantCulture, $"+3247{random.Next(10_000_000):D7}"),
        _ => Paragraph(random),
    });

    private static string Paragraph(Random random)
    {
        var text = new StringBuilder("The company");
        for (var words = random.Next(25, 90); words > 0; words--)
            text.Append(' ').Append(Words[random.Next(Words.Length)]);
        return text.Append('.').ToString();
    }
}

/// <summary>A stored plan, and how long the seal (with its hash) and the store took.</summary>
internal sealed record SeededPlan(Plan Plan, TimeSpan Seal, TimeSpan Save);
