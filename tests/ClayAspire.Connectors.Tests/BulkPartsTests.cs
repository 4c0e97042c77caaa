using System.Text;
using ClayAspire.Connectors.Salesforce;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClayAspire.Connectors.Tests;

/// <summary>Bulk jobs as the connector speaks them, against the twin.</summary>
public sealed class BulkPartsTests : IAsyncLifetime
{
    private Twin _twin = null!;

    public async Task InitializeAsync() => _twin = await Twin.StartAsync();

    public async Task DisposeAsync() => await _twin.DisposeAsync();

    [Fact]
    public void Values_with_quotes_commas_and_line_ends_come_back_as_they_went_and_what_does_not_fit_waits()
    {
        var description = new ObjectDescription("Lead", new Dictionary<string, FieldDescription>(StringComparer.Ordinal)
        {
            ["Description"] = new("Description", FieldType.Text, true, false, null, []),
            ["Flag__c"] = new("Flag__c", FieldType.Checkbox, true, false, null, []),
        });
        var text = "a \"quoted\", text\nof two lines";
        RecordUpdate[] updates =
        [
            Update("1", ("Description", Set(text)), ("Flag__c", FieldChange.Clear)), Update("2", ("Description", FieldChange.Clear), ("Flag__c", FieldChange.Set(FieldValue.True))), Update("3", ("Description", Set("ü"))),
        ];

        var (whole, rows) = BulkCsv.Write(description, updates, SalesforceBulk.MaxBytes);
        var read = BulkCsv.ReadRows(Encoding.UTF8.GetString(whole)).ToList();

        Assert.Equal(3, rows);
        Assert.Equal([("1", text, "false"), ("2", "#N/A", "true"), ("3", "ü", "")], read.Select(r => (r["Id"], r["Description"], r["Flag__c"])));
        var (cut, fitting) = BulkCsv.Write(description, updates, whole.Length - 1);
        Assert.Equal(2, fitting);
        Assert.Equal(2, BulkCsv.ReadRows(Encoding.UTF8.GetString(cut)).Count());
        Assert.Equal(1, BulkCsv.Write(description, updates, 1).Rows);
        Assert.Throws<FormatException>(() => BulkCsv.ReadRows("\"Id\"\n\"cut of").Count());
        Assert.Throws<FormatException>(() => BulkCsv.ReadRows("\"Id\",\"B\"\n\"1\"\n").Count());
    }

    [Fact]
    public async Task A_job_writes_nothing_before_it_is_started_and_its_rows_are_told_by_id()
    {
        using var crm = Connect(_twin.Staging.Address);
        var ids = await _twin.Staging.LoadAsync("Lead", Enumerable.Range(0, 500).Select(i => (object)new { LastName = $"L{i}", Company = "C", City = i == 2 ? "Old" : null }));
        await _twin.Staging.DeleteAsync("Lead", ids[1]);
        var prepared = await crm.Bulk.PrepareAsync("Lead", [.. ids.Select((id, i) => Update(id, ("City", i == 2 ? FieldChange.Clear : Set($"Town {i}"))))], default);
        Assert.Equal(500, prepared.Rows);
        Assert.Equal(BulkJobState.Open, (await crm.Bulk.FindAsync(prepared.Id, default)).State);
        Assert.DoesNotContain(await _twin.Staging.WritesAsync(), w => w.Field == "City");

        var status = await crm.Bulk.StartAsync(prepared.Id, default);
        while (!status.HasEnded)
            status = await crm.Bulk.FindAsync(prepared.Id, default);
        var outcomes = await crm.Bulk.ResultsAsync(prepared.Id, default);

        Assert.Equal((BulkJobState.Complete, 500L, 1L), (status.State, status.Processed, status.Failed));
        Assert.Equal(ids.Order(StringComparer.Ordinal), outcomes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("ENTITY_IS_DELETED", Assert.IsType<RowOutcome.Rejected>(outcomes[ids[1]]).Code);
        Assert.All(ids.Except([ids[1]]), id => Assert.IsType<RowOutcome.Accepted>(outcomes[id]));
        Assert.Equal("Town 499", (await _twin.Staging.RecordAsync("Lead", ids[499])).GetProperty("City").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await _twin.Staging.RecordAsync("Lead", ids[2])).GetProperty("City").ValueKind);
        // Started again, as after a lost answer: it stays what it is.
        Assert.Equal(BulkJobState.Complete, (await crm.Bulk.StartAsync(prepared.Id, default)).State);
        Assert.Equal(BulkJobState.Complete, (await crm.Bulk.AbortAsync(prepared.Id, default)).State);
        Assert.Equal(BulkJobState.Gone, (await crm.Bulk.FindAsync("750000000000000AAA", default)).State);
    }

    [Fact]
    public async Task An_aborted_job_writes_nothing_and_cannot_be_started()
    {
        using var crm = Connect(_twin.Staging.Address);
        var ids = await _twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C" }]);
        var prepared = await crm.Bulk.PrepareAsync("Lead", [Update(ids[0], ("City", Set("Rome")))], default);

        Assert.Equal(BulkJobState.Aborted, (await crm.Bulk.AbortAsync(prepared.Id, default)).State);

        Assert.Equal(BulkJobState.Aborted, (await crm.Bulk.StartAsync(prepared.Id, default)).State);
        Assert.Empty(await crm.Bulk.ResultsAsync(prepared.Id, default));
        Assert.Empty(await _twin.Staging.WritesAsync());
        Assert.False(crm.Bulk.CanCarry(Update(ids[0], ("City", Set("#N/A")))));
    }

    [Theory]
    [InlineData("""{"failAfterCommit":1}""", """{"failAfterCommit":1}""")]
    [InlineData("""{"failAfterCommit":1,"dropConnection":true}""", """{"failAfterCommit":2,"dropConnection":true}""")]
    [InlineData("""{"failBeforeCommit":1}""", """{"failBeforeCommit":2}""")]
    public async Task Lost_answers_to_making_filling_and_starting_leave_one_job_that_writes(string toMaking, string toStarting)
    {
        using var crm = Connect(_twin.Staging.Address);
        var ids = await _twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C" }]);
        await _twin.Staging.FaultsAsync(System.Text.Json.JsonElement.Parse(toMaking));
        var prepared = await crm.Bulk.PrepareAsync("Lead", [Update(ids[0], ("City", Set("Rome")))], default);
        await _twin.Staging.FaultsAsync(System.Text.Json.JsonElement.Parse(toStarting));

        var status = await crm.Bulk.StartAsync(prepared.Id, default);
        while (!status.HasEnded)
            status = await crm.Bulk.FindAsync(prepared.Id, default);

        Assert.Equal(BulkJobState.Complete, status.State);
        Assert.Equal((1, 1), Assert.Single(await _twin.Staging.WritesAsync()) is var w ? (w.Received, w.Committed) : default);
    }

    [Fact]
    public async Task A_whole_object_comes_the_same_by_bulk_query_as_by_pages_in_fewer_calls()
    {
        await _twin.Staging.LoadAsync("Lead", Enumerable.Range(0, 9_000).Select(i => (object)new { LastName = $"L{i}", Company = "C, \"Inc\"", Email = $"L{i}@Example.com", external_hard_bounced__c = i % 2 == 0, NumberOfEmployees = i }));
        var gone = await _twin.Staging.LoadAsync("Lead", [new { LastName = "Gone", Company = "C", IsDeleted = true }, new { LastName = "Conv", Company = "C", IsConverted = true, Status = "Closed - Converted" }]);
        string[] fields = ["LastName", "Company", "Email", "external_hard_bounced__c", "NumberOfEmployees", "City", "CreatedDate"];
        using var byPages = Connect(_twin.Staging.Address, bulkReadAbove: 1_000_000);
        using var inBulk = Connect(_twin.Staging.Address, bulkReadAbove: 1_000);

        var (pages, pageCalls) = await ReadAsync(byPages, fields);
        var (bulk, bulkCalls) = await ReadAsync(inBulk, fields);

        Assert.Equal(9_002, bulk.Count);
        Assert.Equal((RecordState.Deleted, RecordState.Converted), (bulk[gone[0]].Record.State, bulk[gone[1]].Record.State));
        Assert.Equal(pages.Keys.Order(StringComparer.Ordinal), bulk.Keys.Order(StringComparer.Ordinal));
        foreach (var (id, page) in pages)
        {
            Assert.Equal((page.Record.State, page.ChangedAt, page.CreatedAt), (bulk[id].Record.State, bulk[id].ChangedAt, bulk[id].CreatedAt));
            Assert.Equal(fields.Where(f => f != "CreatedDate").Select(f => page.Record.Value(f)), fields.Where(f => f != "CreatedDate").Select(f => bulk[id].Record.Value(f)));
        }
        Assert.True(bulkCalls <= pageCalls + 1, $"{bulkCalls} calls in bulk, {pageCalls} by pages");
    }

    [Fact]
    public async Task Histories_of_many_records_are_asked_in_bulk_and_tell_the_same()
    {
        var ids = await _twin.Staging.LoadAsync("Lead", Enumerable.Range(0, 1_200).Select(i => (object)new { LastName = $"L{i}", Company = "C" }));
        await _twin.Staging.EditAsync("human", ids.Where((_, i) => i % 3 == 0).Select(id => (id, (object)new { City = "Rome, \"Italy\"" })));
        using var crm = Connect(_twin.Staging.Address);
        var rules = EditorRules.NoneFor("icare-staging");

        using var calls = crm.CountCalls();
        var many = await crm.LastEditsAsync("Lead", [.. ids], ["City"], rules, default);
        var inBulk = calls.Calls;
        var few = new Dictionary<CellKey, LastEdit>();
        foreach (var chunk in ids.Chunk(200))
            foreach (var (cell, edit) in await crm.LastEditsAsync("Lead", chunk, ["City"], rules, default))
                few[cell] = edit;

        Assert.Equal(1_200, many.Count);
        Assert.Equal(400, many.Values.Count(e => e.New is { IsBlank: false }));
        Assert.All(few, f => Assert.Equal((f.Value.EditorId, f.Value.New, f.Value.At), (many[f.Key].EditorId, many[f.Key].New, many[f.Key].At)));
        Assert.InRange(inBulk, 3, 12);
    }

    private static async Task<(Dictionary<string, ChangedRecord> Records, int Calls)> ReadAsync(SalesforceConnector crm, string[] fields)
    {
        var found = new Dictionary<string, ChangedRecord>(StringComparer.Ordinal);
        await crm.DescribeAsync("Lead", default);
        using var calls = crm.CountCalls();
        await foreach (var page in crm.QueryChangesAsync("Lead", fields, null, default))
            foreach (var record in page.Records)
                found[record.Record.Key.Id] = record;
        return (found, calls.Calls);
    }

    private static SalesforceConnector Connect(Uri address, int bulkReadAbove = 10_000) => new(
        "icare-staging",
        new ConnectionSettings { BaseUrl = address.AbsoluteUri, ClientId = Twin.ClientId, ClientSecret = Twin.Secret, BulkReadAbove = bulkReadAbove, BulkQueryPollSeconds = 0.5 },
        () => new HttpClient { Timeout = TimeSpan.FromSeconds(30) }, TimeProvider.System, NullLogger.Instance);

    private static FieldChange Set(string text) => FieldChange.Set(FieldValue.FromCanonical(text));

    private static RecordUpdate Update(string id, params (string Field, FieldChange Change)[] changes) =>
        new(id, changes.ToDictionary(c => c.Field, c => c.Change, StringComparer.Ordinal));
}
