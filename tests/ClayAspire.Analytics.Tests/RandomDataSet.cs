using System.Text.Json;
using NpgsqlTypes;

namespace ClayAspire.Analytics.Tests;

internal sealed record TestRecord(string Connection, string Object, string Id, string State, DateTimeOffset? CreatedAt, IReadOnlyDictionary<string, string> Fields)
{
    public string? Field(string name) => Fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

internal sealed record TestSignal(long Id, string Kind, DateTimeOffset At, string Email, string? Campaign, string? Sender, string? BounceClass);

internal sealed record TestCell(string Connection, string RecordId, string State, DateTimeOffset? VerifiedAt);

/// <summary>A few thousand rows from a seed, with all that makes figures hard: shared keys in chains, blanks, deleted records, missing sends, equal times.</summary>
internal sealed class RandomDataSet
{
    private static readonly string[] Sources = ["Clay", "Web", "Event", "Partner"];
    private static readonly string[] Fillable = ["LinkedIn_URL__c", "Website", "Industry", "OwnerId"];

    public RandomDataSet(int seed, int records, int signals)
    {
        var random = new Random(seed);
        var start = new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < records; i++)
            Records.Add(Record(random, start, i, records));
        var campaigns = new string?[] { "Spring", "Ümlaut, \"quoted\"", "", null };
        for (var i = 1; i <= signals; i++)
        {
            var kind = random.Next(10) switch { < 7 => "smartlead.sent", 7 => "smartlead.reply", 8 => "smartlead.bounce", _ => "smartlead.opened" };
            // Whole hours, so that many times are equal.
            var at = start.AddHours(random.Next(24 * 90));
            Signals.Add(new TestSignal(
                i, kind, at, Email(random.Next(records)), campaigns[random.Next(4)],
                random.Next(5) == 0 ? null : $"{random.Next(3)}sender-key-longer-than-shown",
                kind == "smartlead.bounce" ? (random.Next(3) == 0 ? "soft" : "hard") : null));
        }
        foreach (var record in Records.Where(r => r.Object == "Lead" && random.Next(3) == 0))
            Cells.Add(new TestCell(
                record.Connection, record.Id, random.Next(5) == 0 ? "rejected" : "verified",
                start.AddMinutes(random.Next(60 * 24 * 90))));
    }

    public List<TestRecord> Records { get; } = [];
    public List<TestSignal> Signals { get; } = [];
    public List<TestCell> Cells { get; } = [];

    public async Task StoreAsync(AnalyticsDatabase database)
    {
        await using var connection = await database.Owner.OpenConnectionAsync();
        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy sync.crm_record (connection, object, record_id, email_key, version, state, fields, created_at, read_at) from stdin (format binary)"))
        {
            foreach (var record in Records)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(record.Connection);
                await writer.WriteAsync(record.Object);
                await writer.WriteAsync(record.Id);
                await WriteOrNullAsync(writer, record.Field("Email")?.ToLowerInvariant());
                await writer.WriteAsync("1");
                await writer.WriteAsync(record.State);
                await writer.WriteAsync(JsonSerializer.Serialize(record.Fields), NpgsqlDbType.Jsonb);
                if (record.CreatedAt is { } at)
                    await writer.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz);
                else
                    await writer.WriteNullAsync();
                await writer.WriteAsync(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), NpgsqlDbType.TimestampTz);
            }
            await writer.CompleteAsync();
        }
        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy sync.signal (source, kind, table_name, idempotency_key, payload, occurred_at, received_at) from stdin (format binary)"))
        {
            foreach (var signal in Signals)
            {
                var payload = new Dictionary<string, string> { ["lead_email"] = signal.Email };
                if (signal.Campaign is not null)
                    payload["campaign_name"] = signal.Campaign;
                if (signal.Sender is not null)
                    payload["from_email_key"] = signal.Sender;
                if (signal.BounceClass is not null)
                    payload["bounce_class"] = signal.BounceClass;
                await writer.StartRowAsync();
                await writer.WriteAsync("smartlead");
                await writer.WriteAsync(signal.Kind);
                await writer.WriteAsync("events");
                await writer.WriteAsync($"key-{signal.Id}");
                await writer.WriteAsync(JsonSerializer.Serialize(payload), NpgsqlDbType.Jsonb);
                await writer.WriteAsync(signal.At.UtcDateTime, NpgsqlDbType.TimestampTz);
                await writer.WriteAsync(signal.At.UtcDateTime, NpgsqlDbType.TimestampTz);
            }
            await writer.CompleteAsync();
        }
        foreach (var (group, index) in Cells.GroupBy(c => c.Connection).Select((g, i) => (g, i)))
        {
            var run = Guid.Parse($"00000000-0000-0000-0000-{index:000000000000}");
            await database.AddPlanAsync(run, group.Key, "enrichment-writeback", "approved", Workbench.Start, Workbench.Start, 1);
            await database.ExecuteAsync(
                "insert into sync.run (id, plan_id, connection, flow, state, planned, queued_at) values ($1, $1, $2, 'enrichment-writeback', 'running', 1, $3)",
                run, group.Key, Workbench.Start.UtcDateTime);
            await using var writer = await connection.BeginBinaryImportAsync(
                "copy sync.run_cell (run_id, ordinal, object, record_id, field, state, verified_at) from stdin (format binary)");
            var ordinal = 0;
            foreach (var cell in group)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(run);
                await writer.WriteAsync(++ordinal);
                await writer.WriteAsync("Lead");
                await writer.WriteAsync(cell.RecordId);
                await writer.WriteAsync("Industry");
                await writer.WriteAsync(cell.State);
                if (cell is { State: "verified", VerifiedAt: { } at })
                    await writer.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz);
                else
                    await writer.WriteNullAsync();
            }
            await writer.CompleteAsync();
        }
    }

    private static TestRecord Record(Random random, DateTimeOffset start, int index, int records)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["LeadSource"] = Sources[random.Next(Sources.Length)] };
        if (random.Next(10) < 8)
            fields["Email"] = random.Next(12) == 0 ? Email(random.Next(records)).ToUpperInvariant() : Email(index);
        foreach (var field in Fillable)
            if (random.Next(10) < 6)
                fields[field] = field == "LinkedIn_URL__c" && random.Next(10) == 0 ? $"https://l/{random.Next(records)}" : $"{field}-{index}";
        if (random.Next(3) > 0)
            fields["FirstName"] = $"First{random.Next(60)}";
        fields["LastName"] = $"Last{random.Next(60)}";
        fields["Company"] = $"Company\n{random.Next(4)}";
        if (random.Next(4) > 0)
            fields["GBU__c"] = $"GBU {random.Next(3)}";
        if (random.Next(4) > 0)
            fields["Region__c"] = $"Region, {random.Next(3)}";
        return new TestRecord(
            random.Next(6) == 0 ? "icare-staging" : "icare",
            random.Next(5) == 0 ? "Contact" : "Lead",
            $"00Q{index:000000}",
            random.Next(12) switch { 0 => "deleted", 1 => "converted", _ => "live" },
            random.Next(30) == 0 ? null : start.AddHours(random.Next(24 * 90)),
            fields);
    }

    private static string Email(int number) => $"person{number}@mail.example";

    private static Task WriteOrNullAsync(Npgsql.NpgsqlBinaryImporter writer, string? value) => value is null ? writer.WriteNullAsync() : writer.WriteAsync(value);
}
