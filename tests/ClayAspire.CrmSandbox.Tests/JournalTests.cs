using System.Globalization;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("twin-journal").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_second_start_finds_records_deletions_and_stamps_and_goes_on_numbering()
    {
        string[] ids, before;
        await using (var first = await RunningTwin.Start(null, ("DataDirectory", directory)))
        {
            var admin = await first.Admin();
            ids = await admin.Load("Lead", new { LastName = "A", Company = "A", NumberOfEmployees = 12, Date_of_Birth__c = "1980-02-29" }, new { LastName = "B", Company = "B" });
            await admin.UpdateMany(false, Row("Lead", ("id", ids[0]), ("Industry", "Retail"), ("Clay_Row_Id__c", "r1")));
            await admin.UpdateMany(false, Row("Lead", ("id", ids[0]), ("Industry", null)));
            await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{ids[1]}");
            before = await Everything(admin);
        }

        for (var start = 0; start < 2; start++)
        {
            await using var again = await RunningTwin.Start(null, ("DataDirectory", directory));
            var admin = await again.Admin();
            Assert.Equal(before, await Everything(admin));
            Assert.Equal([ids[0]], await admin.Column("SELECT Id FROM Lead WHERE Clay_Row_Id__c = 'r1'", "Id"));
            Assert.Empty(await admin.Records($"SELECT Id FROM Lead WHERE Id = '{ids[1]}'"));
        }

        await using var last = await RunningTwin.Start(null, ("DataDirectory", directory));
        var client = await last.Admin();
        var next = (await client.Load("Lead", new { LastName = "C", Company = "C" }))[0];
        Assert.DoesNotContain(next, ids);
    }

    [Fact]
    public async Task A_last_line_cut_off_by_a_crash_is_dropped()
    {
        await using (var first = await RunningTwin.Start(null, ("DataDirectory", directory)))
            await (await first.Admin()).Load("Lead", new { LastName = "A", Company = "A" });
        await File.AppendAllTextAsync(Path.Combine(directory, "salesforce.ndjson"), """[{"t":"Lead","v":{"Id":"00Q5f10000000""");
        await using var second = await RunningTwin.Start(null, ("DataDirectory", directory));
        Assert.Equal(["A"], await (await second.Admin()).Column("SELECT LastName FROM Lead", "LastName"));
    }

    [Fact]
    public async Task A_damaged_line_in_the_middle_stops_the_start_and_is_named()
    {
        await using (var first = await RunningTwin.Start(null, ("DataDirectory", directory)))
            await (await first.Admin()).Load("Lead", new { LastName = "A", Company = "A" });
        var path = Path.Combine(directory, "salesforce.ndjson");
        await File.WriteAllTextAsync(path, "rubbish\n" + await File.ReadAllTextAsync(path));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RunningTwin.Start(null, ("DataDirectory", directory)));
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_thousand_records_load_and_a_batch_of_200_is_written_and_found_by_index()
    {
        await using var twin = await RunningTwin.Start(null, ("DataDirectory", directory));
        var admin = await twin.Admin();
        var ids = new List<string>();
        for (var part = 0; part < 10; part++)
        {
            ids.AddRange(await admin.Load("Lead", [.. Enumerable.Range(part * 10_000, 10_000).Select(i => (object)new
            {
                LastName = "L" + i.ToString(CultureInfo.InvariantCulture),
                Company = "C",
                Email = $"p{i}@bulk.example",
            })]));
        }

        Assert.Equal(100_000, (await admin.Query("SELECT COUNT() FROM Lead")).GetProperty("totalSize").GetInt32());
        Assert.Equal([ids[77_777]], await admin.Column("SELECT Id FROM Lead WHERE Email = 'P77777@bulk.example'", "Id"));
        var results = await admin.UpdateMany(false, [.. ids.Skip(50_000).Take(200).Select(id => (object)Row("Lead", ("id", id), ("Industry", "Retail")))]);
        Assert.All(results, r => Assert.Equal("ok", Code(r)));
        Assert.Equal(200, (await admin.Query("SELECT COUNT() FROM Lead WHERE Industry = 'Retail'")).GetProperty("totalSize").GetInt32());
    }

    private static async Task<string[]> Everything(SalesforceClient admin) =>
    [
        .. (await admin.Get("/queryAll?q=" + Uri.EscapeDataString("SELECT Id, IsDeleted, LastName, Industry, NumberOfEmployees, Date_of_Birth__c, CreatedDate, SystemModstamp, LastModifiedById, Clay_Row_Id__c FROM Lead ORDER BY Id")))
            .GetProperty("records").EnumerateArray().Select(r => r.ToString()),
        .. (await admin.Records("SELECT Field, OldValue, NewValue, CreatedDate FROM LeadHistory ORDER BY Id")).Select(r => r.ToString()),
    ];
}
