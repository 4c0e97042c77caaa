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

    private static async Task Set(SalesforceClient admin, object faults) => Assert.Equal(200, (await admin.Send(HttpMethod.Post, "/_twin/faults", faults)).Status);
}
