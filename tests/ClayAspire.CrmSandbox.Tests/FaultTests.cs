using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class FaultTests
{
    [Fact]
    public async Task A_failure_before_commit_writes_nothing_and_one_after_commit_writes_all_the_same()
    {
        await using var twin = await RunningTwin.Start();
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        async Task<int> Write(string value) => (await integration.Send(HttpMethod.Patch, $"/sobjects/Lead/{id}", new { Industry = value })).Status;
        async Task<string> Stored() => (await admin.Column($"SELECT Industry FROM Lead WHERE Id = '{id}'", "Industry"))[0];

        await Set(admin, new { failBeforeCommit = 1 });
        Assert.Equal(503, await Write("Retail"));
        Assert.Equal("", await Stored());
        Assert.Equal(204, await Write("Retail"));

        await Set(admin, new { failAfterCommit = 1 });
        Assert.Equal(503, await Write("Energy"));
        Assert.Equal("Energy", await Stored());

        await Set(admin, new { failAfterCommit = 1, dropConnection = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => Write("Media"));
        Assert.Equal("Media", await Stored());
    }

    [Fact]
    public async Task Locked_rows_fail_one_by_one_and_only_for_the_named_client()
    {
        await using var twin = await RunningTwin.Start();
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" }, new { LastName = "C", Company = "C" });
        await Set(admin, new { lockRows = 2, client = "clayaspire-integration" });
        object[] rows = [.. ids.Select(i => (object)Row("Lead", ("id", i), ("Industry", "Retail")))];
        Assert.All(await admin.UpdateMany(false, rows), r => Assert.Equal("ok", Code(r)));
        Assert.Equal(["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", "ok"], (await integration.UpdateMany(false, rows)).Select(Code));
        Assert.All(await integration.UpdateMany(false, rows), r => Assert.Equal("ok", Code(r)));
    }

    [Fact]
    public async Task Sessions_end_and_the_quota_runs_out()
    {
        await using var twin = await RunningTwin.Start();
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        await Set(admin, new { expireSessions = true });
        Assert.Equal(401, (await integration.Send(HttpMethod.Get, "/limits")).Status);
        Assert.Equal(200, (await admin.Send(HttpMethod.Get, "/limits")).Status);

        integration = await twin.Integration();
        await Set(admin, new { quotaRemaining = 1 });
        Assert.Equal(200, (await integration.Send(HttpMethod.Get, "/limits")).Status);
        var (status, body, _) = await integration.Send(HttpMethod.Get, "/limits");
        Assert.Equal((403, "REQUEST_LIMIT_EXCEEDED"), (status, body[0].GetProperty("errorCode").GetString()));
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, "/_twin/faults")).Status);
        Assert.Equal(200, (await integration.Send(HttpMethod.Get, "/limits")).Status);
    }

    [Fact]
    public async Task An_unknown_fault_is_refused_rather_than_ignored()
    {
        await using var twin = await RunningTwin.Start();
        Assert.Equal(400, (await (await twin.Admin()).Send(HttpMethod.Post, "/_twin/faults", new { failBeforCommit = 1 })).Status);
    }

    [Fact]
    public async Task A_refusal_for_quota_is_used_up_and_a_slow_answer_takes_its_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 9, 30, 0, TimeSpan.Zero));
        await using var twin = await RunningTwin.Start(clock);
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        await Set(admin, new { refuseForQuota = 1 });
        Assert.Equal((403, 200), ((await integration.Send(HttpMethod.Get, "/limits")).Status, (await integration.Send(HttpMethod.Get, "/limits")).Status));

        await Set(admin, new { latencyMs = 60_000, client = "clayaspire-integration" });
        var slow = integration.Send(HttpMethod.Get, "/limits");
        Assert.Equal(200, (await admin.Send(HttpMethod.Get, "/limits")).Status);
        Assert.False(slow.IsCompleted);
        while (!slow.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(200, (await slow).Status);
    }

    [Fact]
    public async Task More_long_requests_than_allowed_at_once_are_refused()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 9, 30, 0, TimeSpan.Zero));
        await using var twin = await RunningTwin.Start(clock, ("Platform:LongRequests", "1"));
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        await Set(admin, new { latencyMs = 60_000, client = "clayaspire-integration" });
        var slow = integration.Send(HttpMethod.Get, "/limits");
        (int Status, JsonElement Body, HttpResponseMessage) refused;
        // The slow one must have arrived before it can have lasted.
        while ((refused = await admin.Send(HttpMethod.Get, "/limits")).Status == 200)
            clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal((403, "ConcurrentPerOrgLongTxn Limit exceeded."), (refused.Status, refused.Body[0].GetProperty("message").GetString()));
        while (!slow.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(200, (await admin.Send(HttpMethod.Get, "/limits")).Status);
    }

    [Fact]
    public async Task Rows_come_in_another_order_unless_one_is_asked_for()
    {
        await using var twin = await RunningTwin.Start();
        var admin = await twin.Admin();
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"L{i:D2}")];
        await admin.Load("Lead", [.. names.Select(n => (object)new { LastName = n, Company = "A" })]);
        await Set(admin, new { reorderRows = true });
        var mixed = await admin.Column("SELECT LastName FROM Lead", "LastName");
        Assert.NotEqual(names, mixed);
        Assert.Equal(names, mixed.Order(StringComparer.Ordinal));
        Assert.Equal(names, await admin.Column("SELECT LastName FROM Lead ORDER BY LastName", "LastName"));
    }

    [Fact]
    public async Task Things_happen_in_the_middle_of_a_clients_work()
    {
        await using var twin = await RunningTwin.Start();
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        var ids = await admin.Load("Lead", [.. "ABCDEF".Select(c => (object)new { LastName = $"{c}", Company = "A" })]);
        await Set(admin, new
        {
            client = "clayaspire-integration",
            acts = new object[]
            {
                new { @do = "convert", beforeWrite = 1, id = ids[0] },
                new { @do = "merge", beforeWrite = 1, id = ids[5], others = new[] { ids[1] } },
                new { @do = "delete", beforeWrite = 1, id = ids[2] },
                new { @do = "edit", beforeWrite = 1, id = ids[3], fields = new { Industry = "Media" } },
                new { @do = "removePicklistValue", beforeWrite = 2, @object = "Lead", field = "Industry", value = "Retail" },
                new { @do = "revokeField", beforeWrite = 3, @object = "Lead", field = "Industry", keepRead = true },
                new { @do = "expireSessions", beforeRead = 2 },
            },
        });
        object[] rows = [.. ids.Take(5).Select(i => (object)Row("Lead", ("id", i), ("Industry", "Retail")))];
        Assert.Equal(["CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "ENTITY_IS_DELETED", "ok", "ok"], (await integration.UpdateMany(false, rows)).Select(Code));
        Assert.Equal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Code((await integration.UpdateMany(false, Row("Lead", ("id", ids[5]), ("Industry", "Retail"))))[0]));
        Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code((await integration.UpdateMany(false, Row("Lead", ("id", ids[5]), ("Industry", "Energy"))))[0]));
        Assert.Equal((200, 401, 401), ((await integration.Send(HttpMethod.Get, "/limits")).Status, (await integration.Send(HttpMethod.Get, "/limits")).Status, (await integration.Send(HttpMethod.Get, "/limits")).Status));
        var edits = await admin.Records($"SELECT NewValue, CreatedBy.Name FROM LeadHistory WHERE LeadId = '{ids[3]}' ORDER BY CreatedDate");
        Assert.Equal(["Media Sales Person", "Retail ClayAspire Integration"], edits.Select(e => $"{e.GetProperty("NewValue")} {e.GetProperty("CreatedBy").GetProperty("Name")}"));
        var log = (await admin.Get("/_twin/faults/log")).GetProperty("events").EnumerateArray().Select(e => e.GetProperty("kind").GetString());
        Assert.Equal(["Convert", "Merge", "Delete", "Edit", "RemovePicklistValue", "RevokeField", "ExpireSessions"], log);
        foreach (var bad in new object[] { new { @do = "convert", beforeWrite = 1 }, new { @do = "revokeField", beforeWrite = 1, @object = "Lead", field = "Nope" }, new { @do = "expireSessions" } })
            Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/faults", new { acts = new[] { bad } })).Status);
    }

    [Fact]
    public async Task A_seed_gives_the_same_faults_to_the_same_calls_and_ends_after_its_count()
    {
        async Task<(string Kinds, int Bad)> Run(int seed)
        {
            await using var twin = await RunningTwin.Start();
            var admin = await twin.Admin();
            var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
            await Set(admin, new { client = "clayaspire-integration", seeded = new { seed, chance = 0.5, count = 8, slowMs = 1 } });
            var (integration, bad) = (await twin.Integration(), 0);
            for (var i = 0; i < 60; i++)
            {
                var method = i % 2 == 0 ? HttpMethod.Patch : HttpMethod.Get;
                try
                {
                    var status = (await integration.Send(method, $"/sobjects/Lead/{id}", method == HttpMethod.Patch ? new { Industry = $"I{i}" } : null)).Status;
                    bad += status >= 400 ? 1 : 0;
                    if (status == 401)
                        integration = await twin.Integration();
                }
                catch (HttpRequestException)
                {
                    bad++;
                }
            }

            var events = (await admin.Get("/_twin/faults/log")).GetProperty("events").EnumerateArray().ToList();
            Assert.Equal(8, events.Count);
            return (string.Join(' ', events.Select(e => $"{e.GetProperty("call")}:{e.GetProperty("kind").GetString()}")), bad);
        }

        var first = await Run(7);
        Assert.True(first.Bad > 0);
        Assert.Equal(first, await Run(7));
        Assert.NotEqual(first.Kinds, (await Run(8)).Kinds);
    }

    private static async Task Set(SalesforceClient admin, object faults) => Assert.Equal(200, (await admin.Send(HttpMethod.Post, "/_twin/faults", faults)).Status);
}
