using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Policy;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Records;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Tests;

/// <summary>Field contracts by API and by form. Each test has a field of its own, so that the tests go in any order.</summary>
public sealed class ContractTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    private const string Industry = "/api/contracts/icare/Lead/Industry";

    [Fact]
    public async Task A_contract_is_signed_by_a_DPO_suspended_by_the_CRM_Admin_and_resumed_and_is_in_force_at_once()
    {
        var dpo = await host.ApiAsync("dpo");
        var admin = await host.ApiAsync("crm-admin");
        var before = (await dpo.GetFromJsonAsync<JsonElement>(Industry)).GetProperty("contract");
        Assert.Equal(("PendingLegal", "PendingLegal", "none"), (Text(before, "status"), Text(before, "fileStatus"), Text(before, "signature")));
        var body = new { hash = Text(before, "hash"), basis = "Art. 6(1)(f) GDPR, LIA of 3 March", expiresOn = "2099-12-31" };

        await PlanApiTests.ProblemAsync(await admin.PostAsJsonAsync($"{Industry}/sign", body), HttpStatusCode.Forbidden, "wrong-role");
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("admin")).PostAsJsonAsync($"{Industry}/sign", body), HttpStatusCode.Forbidden, "wrong-role");
        await PlanApiTests.ProblemAsync(await dpo.PostAsJsonAsync($"{Industry}/sign", body with { hash = "0123" }), HttpStatusCode.Conflict, "wrong-hash");
        await PlanApiTests.ProblemAsync(await dpo.PostAsJsonAsync($"{Industry}/sign", body with { basis = " " }), HttpStatusCode.UnprocessableEntity, "basis-missing");
        await PlanApiTests.ProblemAsync(await dpo.PostAsJsonAsync($"{Industry}/sign", body with { expiresOn = "2020-01-01" }), HttpStatusCode.UnprocessableEntity, "bad-expiry");
        await PlanApiTests.ProblemAsync(await dpo.PostAsJsonAsync($"{Industry}/sign", body with { expiresOn = "tomorrow" }), HttpStatusCode.BadRequest, "bad-request");
        Assert.Equal("PendingLegal", Text((await dpo.GetFromJsonAsync<JsonElement>(Industry)).GetProperty("contract"), "status"));

        var signed = await DoneAsync(dpo, "sign", body);
        Assert.Equal(("Active", "PendingLegal", "valid"), (Text(signed, "status"), Text(signed, "fileStatus"), Text(signed, "signature")));
        Assert.Equal(ContractStatus.Active, host.World.Get<PolicySource>().Current.Contract("icare", "Lead", "Industry")!.Status);
        await PlanApiTests.ProblemAsync(await admin.PostAsJsonAsync($"{Industry}/suspend", new { }), HttpStatusCode.UnprocessableEntity, "reason-missing");
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("marcom")).PostAsJsonAsync($"{Industry}/suspend", new { reason = "x" }), HttpStatusCode.Forbidden, "wrong-role");
        Assert.Equal("Suspended", Text(await DoneAsync(admin, "suspend", new { reason = "A complaint came in" }), "status"));
        Assert.Equal("Active", Text(await DoneAsync(admin, "resume", new { }), "status"));
        await PlanApiTests.ProblemAsync(await admin.PostAsJsonAsync($"{Industry}/resume", new { }), HttpStatusCode.Conflict, "not-suspended");

        var detail = await dpo.GetFromJsonAsync<JsonElement>(Industry);
        Assert.Equal(["resumed", "suspended", "signed"], detail.GetProperty("history").EnumerateArray().Select(f => Text(f, "action")));
        var history = (await dpo.GetStringAsync($"{Industry}/history.csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, history.Length);
        Assert.Contains("Art. 6(1)(f) GDPR, LIA of 3 March", history[3], StringComparison.Ordinal);
        Assert.Contains("2099-12-31", history[3], StringComparison.Ordinal);
        var kinds = (await dpo.GetFromJsonAsync<JsonElement>("/api/ledger/icare/entries?limit=500")).EnumerateArray()
            .Where(e => Text(e, "kind").StartsWith("contract-", StringComparison.Ordinal) && Text(e, "payload").Contains("\"field\":\"Industry\"", StringComparison.Ordinal)).Select(e => Text(e, "kind"));
        Assert.Equal(["contract-signed", "contract-suspended", "contract-resumed"], kinds);
        var ledger = await (await Session.SignedInAsync(host, "viewer")).PageAsync("/ledger?connection=icare");
        Assert.Contains("Lead.Industry, by dpo (DPO), Art. 6(1)(f) GDPR, LIA of 3 March, until 2099-12-31", ledger, StringComparison.Ordinal);

        async Task<JsonElement> DoneAsync(HttpClient who, string verb, object what)
        {
            var answer = await who.PostAsJsonAsync($"{Industry}/{verb}", what);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    [Fact]
    public async Task The_fill_rate_that_a_contract_costs_stands_in_list_page_and_CSV()
    {
        await CostAsync(host.World, World.Staging, "company_description__c");
        var list = await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/contracts?connection={World.Staging}&status=PendingLegal&sort=held&desc=true");
        var item = list.GetProperty("items")[0];
        Assert.Equal(("company_description__c", 6L, 12L, 3L, 5L), (Text(item, "field"), Number(item, "heldValues"), Number(item, "liveRecords"), Number(item, "filledRecords"), Number(item, "gain")));
        Assert.Equal((0.25, 8.0 / 12), (item.GetProperty("fillRate").GetDouble(), item.GetProperty("fillRateIfSigned").GetDouble()));
        var lines = (await (await host.ApiAsync("viewer")).GetStringAsync($"/api/contracts.csv?connection={World.Staging}&q=company_description")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("connection,object,field,type,status,file_status,rule,protect,sources,owner,max_length,signature,signed_by,signed_at,legal_basis,expires_on", lines[0], StringComparison.Ordinal);
        Assert.Contains(",6,12,3,5,0.25,0.66", lines[1], StringComparison.Ordinal);
        var page = await (await Session.SignedInAsync(host, "viewer")).PageAsync($"/contracts?connection={World.Staging}");
        Assert.Contains("<b>25.0 %</b> now, up to <b>66.7 %</b> if signed", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_contract_stops_a_sealed_plan_at_its_approval_and_only_a_DPO_resumes_what_a_DPO_stopped()
    {
        var plan = await host.World.AddPlanAsync(leads: 2);
        var dpo = await Session.SignedInAsync(host, "dpo");
        var page = await dpo.SendAsync("/contracts/icare-staging/Lead/City", "/contracts/icare-staging/Lead/City/suspend", ("reason", "Asked for by the works council"));
        Assert.Contains("Suspended. Nothing writes this field from now on", page, StringComparison.Ordinal);
        Assert.Contains("dpo (DPO) suspended it on", page, StringComparison.Ordinal);
        var answer = await (await host.ApiAsync("crm-admin")).PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash });
        Assert.Contains("Asked for by the works council", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PlanApiTests.ProblemAsync(answer, HttpStatusCode.Conflict, "policy-changed");

        var admin = await Session.SignedInAsync(host, "crm-admin");
        Assert.Contains("A DPO resumes it.", await admin.PageAsync("/contracts/icare-staging/Lead/City"), StringComparison.Ordinal);
        Assert.Contains("suspended by the DPO", await admin.SendAsync("/contracts", "/contracts/icare-staging/Lead/City/resume"), StringComparison.Ordinal);
        page = await dpo.SendAsync("/contracts/icare-staging/Lead/City", "/contracts/icare-staging/Lead/City/resume");
        Assert.Contains("Active when first seen", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await (await host.ApiAsync("crm-admin")).PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash })).StatusCode);
        await host.World.WorkAsync();
    }

    [Fact]
    public async Task The_page_offers_each_person_what_they_may_do_and_says_who_does_the_rest()
    {
        const string path = "/contracts/icare/Lead/company_description__c";
        var viewer = await (await Session.SignedInAsync(host, "viewer")).PageAsync(path);
        Assert.Contains("A DPO signs it, with a legal basis.", viewer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign the contract", viewer, StringComparison.Ordinal);
        var dpo = await Session.SignedInAsync(host, "dpo");
        Assert.Contains("Sign the contract", await dpo.PageAsync(path), StringComparison.Ordinal);
        var hash = host.World.Get<PolicySource>().Files.Contract("icare", "Lead", "company_description__c")!.Hash;
        Assert.Contains("is no day", await dpo.SendAsync(path, $"{path}/sign", ("hash", hash), ("basis", "Consent"), ("expiresOn", "soon")), StringComparison.Ordinal);

        var soon = DateOnly.FromDateTime(host.World.Get<TimeProvider>().GetUtcNow().UtcDateTime).AddDays(9);
        var signed = await dpo.SendAsync(path, $"{path}/sign", ("hash", hash), ("basis", "Consent <b>of</b> the board"), ("expiresOn", soon.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains("Signed. Values held for this field are offered", signed, StringComparison.Ordinal);
        Assert.Contains("Consent &lt;b&gt;of&lt;/b&gt; the board", signed, StringComparison.Ordinal);
        Assert.Contains("the files say Pending Legal", signed, StringComparison.Ordinal);
        Assert.Contains("The signature ends in", signed, StringComparison.Ordinal);
        var list = await (await Session.SignedInAsync(host, "viewer")).PageAsync("/contracts?connection=icare&status=Active");
        Assert.Contains("A signature ends in", list, StringComparison.Ordinal);
        Assert.Contains("files: Pending Legal", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_that_the_policy_does_not_have_is_not_found()
    {
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("dpo")).PostAsJsonAsync("/api/contracts/icare/Lead/Title/sign", new { hash = "x", basis = "y" }), HttpStatusCode.NotFound, "contract-unknown");
        var answer = await (await Session.SignedInAsync(host, "viewer")).Client.GetAsync("/contracts/icare/Lead/Title");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("No such contract", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Twelve live records, three of them filled; six values held, one of them for a record that has a value.</summary>
    internal static async Task CostAsync(World world, string connection, string field)
    {
        var now = world.Get<TimeProvider>().GetUtcNow();
        await world.Get<CrmRecordStore>().UpsertAsync([.. Enumerable.Range(0, 13).Select(i => new CrmRecordRow
        {
            Connection = connection,
            Object = "Lead",
            RecordId = $"00Q5e00000F{i:D4}AAA",
            Version = "v1",
            State = i == 12 ? "deleted" : "live",
            Fields = i is 0 or 1 or 2 ? $$"""{"{{field}}": "there already"}""" : "{}",
            ReadAt = now,
        })], CancellationToken.None);
        var signals = await world.OfferAsync([.. new[] { 2, 3, 4, 5, 6, 7 }.Select(i => (connection, $"00Q5e00000F{i:D4}AAA", field, "Makes robots"))]);
        await using var db = await world.Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        await db.Candidates.Where(c => signals.Contains(c.SignalId)).ExecuteUpdateAsync(c => c.SetProperty(x => x.State, "held").SetProperty(x => x.PolicyVersion, "p"));
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).ToString();

    private static long Number(JsonElement element, string property) => element.GetProperty(property).GetInt64();
}
