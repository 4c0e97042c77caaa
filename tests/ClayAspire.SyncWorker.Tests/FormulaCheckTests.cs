using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Discrepancies;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Schedule;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Hard-bounce discrepancies (seed 1, runbook 3), from the twin's formula to the ledger.</summary>
public sealed class FormulaCheckTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Icare = "icare";
    private const string Overall = "overall_hard_bounced__c";

    [Fact]
    public async Task A_formula_that_forgets_a_source_is_found_healed_and_found_again_and_all_of_it_stands_in_the_ledger()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 6);
        await twin.Main.FaultsAsync(new { formulasForget = new[] { "external_hard_bounced__c" } });
        await using var stack = await SyncStack.StartAsync(twin);

        var first = await DailyAsync(stack);

        // Leads 0 and 1 bounced at Clay alone, 2 and 3 at Pardot, the others nowhere.
        Assert.Equal((6L, 2, 0, 2), (first.Mirrored, first.Opened, first.Healed, first.StillOpen));
        var open = await OpenAsync(stack);
        Assert.Equal(ids.Take(2).Order(StringComparer.Ordinal), open.Select(d => d.RecordId));
        Assert.All(open, d => Assert.Equal((Overall, false, true, FormulaJudge.SourceNotCounted), (d.Field, d.Found, d.Expected, d.CauseCode)));
        Assert.Equal(["pi__pardot_hard_bounced__c:False", "external_hard_bounced__c:True"], DiscrepancyStore.SourcesOf(open[0]).Select(s => $"{s.Field}:{s.Value}"));

        // Asked again, nothing is opened twice.
        Assert.Equal((0, 0, 2), (await CheckAsync(stack)) is { } again ? (again.Opened, again.Healed, again.StillOpen) : default);

        // The formula is mended; the mirror still has the old value, for a formula moves no time of change.
        await twin.Main.FaultsAsync(new { });
        Assert.Equal((0, 2, 0), (await CheckAsync(stack)) is { } healed ? (healed.Opened, healed.Healed, healed.StillOpen) : default);
        Assert.Empty(await OpenAsync(stack));

        var kinds = (await stack.LedgerAsync(Icare, LedgerKinds.DiscrepancyOpened)).Count;
        Assert.Equal((2, 2), (kinds, (await stack.LedgerAsync(Icare, LedgerKinds.DiscrepancyClosed)).Count));
        Assert.Empty(await twin.Main.WritesAsync());
    }

    [Fact]
    public async Task What_a_person_accepted_stays_closed_until_it_changes()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 1);
        await twin.Main.FaultsAsync(new { formulasForget = new[] { "external_hard_bounced__c" } });
        await using var stack = await SyncStack.StartAsync(twin);
        await DailyAsync(stack);
        var store = stack.Get<DiscrepancyStore>();
        var id = Assert.Single(await OpenAsync(stack)).Id;

        Assert.Equal("reason-missing", (await store.AcceptAsync(id, "crm-admin", ["CRM Admin"], " ", default))!.Code);
        Assert.Null(await store.AcceptAsync(id, "crm-admin", ["CRM Admin"], "Known at IT Infra, ticket 42.", default));
        Assert.Equal("discrepancy-not-open", (await store.AcceptAsync(id, "crm-admin", ["CRM Admin"], "Again.", default))!.Code);
        Assert.Equal((0, 0), (await CheckAsync(stack)) is { } same ? (same.Opened, same.StillOpen) : default);
        var entry = Assert.Single(await stack.LedgerAsync(Icare, LedgerKinds.DiscrepancyClosed));
        Assert.Equal(("accepted", "crm-admin", "Known at IT Infra, ticket 42."), (entry.GetProperty("how").GetString(), entry.GetProperty("by").GetString(), entry.GetProperty("reason").GetString()));

        // Now Pardot says so too, and it still does not count: that is another matter.
        await twin.Main.EditAsync("automation", ids[0], new { pi__pardot_hard_bounced__c = true });
        await twin.Main.FaultsAsync(new { formulasForget = new[] { "external_hard_bounced__c", "pi__pardot_hard_bounced__c" } });
        Assert.Equal((1, 1), (await CheckAsync(stack)) is { } more ? (more.Opened, more.StillOpen) : default);
    }

    [Fact]
    public async Task The_clock_has_it_done_once_a_day()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 2);
        await using var stack = await SyncStack.StartAsync(twin);
        var taken = await DailyAsync(stack);
        // The two whose formula is true differ from nothing.
        Assert.Equal((2L, 0, 0), (taken.Mirrored, taken.Looked, taken.Opened));
    }

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count) => twin.Main.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new
    {
        LastName = "Doe",
        Company = "Acme",
        Email = $"doe{i}@acme.example",
        external_hard_bounced__c = i < 2,
        pi__pardot_hard_bounced__c = i is 2 or 3,
    }));

    /// <summary>The comparison that the clock orders, as soon as the mirror has been read.</summary>
    private static async Task<FormulaCheckRow> DailyAsync(SyncStack stack)
    {
        FormulaCheckRow? taken = null;
        await SyncStack.UntilAsync(async () => (taken = await stack.Get<DiscrepancyStore>().LatestCheckAsync(Icare, Scheduler.Author, default)) is not null, "the day's comparison is done");
        return taken!;
    }

    private static async Task<FormulaCheckRow> CheckAsync(SyncStack stack)
    {
        var job = await stack.Get<JobQueue>().EnqueueAsync(NewJob.CheckFormulas(new CheckFormulas(stack.Get<IIdSource>().Next(), Icare, "crm-admin")), default);
        var id = JobPayload.Read<CheckFormulas>(job.Payload).CheckId;
        FormulaCheckRow? row = null;
        await SyncStack.UntilAsync(async () => (row = await stack.Get<DiscrepancyStore>().FindCheckAsync(id, default)) is not null, "the formulas are compared");
        return row!;
    }

    private static async Task<IReadOnlyList<DiscrepancyRow>> OpenAsync(SyncStack stack) =>
        (await stack.Get<DiscrepancyStore>().ListAsync(new DiscrepancyFilter(Icare, DiscrepancyStore.Open), "record", false, 1, 100, default)).Rows;
}
