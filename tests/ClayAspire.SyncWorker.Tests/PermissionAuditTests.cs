using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Permissions;
using ClayAspire.Storage.Queue;
using Xunit.Abstractions;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The least-privilege audit against the twin's seeded users.</summary>
public sealed class PermissionAuditTests(TwinFixture fixture, ITestOutputHelper output) : IClassFixture<TwinFixture>
{
    private static readonly string[] Units = ["Automation", "Mobility", "Energy Systems", "Life Sciences", "Public Sector"];

    [Theory]
    [InlineData("clayaspire-integration", "integration-secret", "right", 0, 0)]
    [InlineData("clayaspire-incomplete", "incomplete-secret", "missing", 0, 1)]
    [InlineData("clayaspire-one-gbu", "one-gbu-secret", "missing", 0, 9)]
    public async Task Each_seeded_user_gets_its_verdict(string client, string secret, string verdict, int tooMuch, int missing)
    {
        var twin = await FilledAsync();
        await using var stack = await SyncStack.StartAsync(twin, client: (client, secret));
        var (audit, findings) = await AuditAsync(stack, "icare");
        Print(audit, findings);
        Assert.Equal((verdict, tooMuch, missing, 0), (audit.Verdict, audit.TooMuch, audit.Missing, audit.Unknown));
        Assert.InRange(audit.ApiCalls, 10, 30);
        Assert.Equal("ClayAspire Integration (API only)", audit.Profile);
        if (client == "clayaspire-incomplete")
        {
            var field = Assert.Single(findings, f => f.Standing == "missing");
            Assert.Equal(("field", "CampaignMember.ReplyClassification__c", "edit", "read", "ClayAspire_Incomplete"), (field.Area, field.Subject, field.Expected, field.Found, field.GrantedBy));
        }
        if (client == "clayaspire-one-gbu")
            Assert.Equal(1, findings.Count(f => f.Standing == "missing" && f.Area == "role"));
        if (client == "clayaspire-integration")
            Assert.Equal(Units.Order(StringComparer.Ordinal).Select(u => $"Lead: {u} 2 records"), findings.Where(f => f.Area == "gbu" && f.Subject.StartsWith("Lead: ", StringComparison.Ordinal)).Select(f => $"{f.Subject} {f.Found}"));
    }

    [Fact]
    public async Task The_over_privileged_user_is_told_each_right_too_many_and_who_grants_it()
    {
        var twin = await FilledAsync();
        await using var stack = await SyncStack.StartAsync(twin, client: ("clayaspire-overprivileged", "overprivileged-secret"));
        var (audit, findings) = await AuditAsync(stack, "icare");
        Print(audit, findings);
        Assert.Equal(("too-much", 0, 0), (audit.Verdict, audit.Missing, audit.Unknown));
        var much = findings.Where(f => f.Standing == "too-much").ToDictionary(f => f.Subject, StringComparer.Ordinal);
        foreach (var subject in new[] { "ModifyAllData", "ViewAllData", "ManageUsers", "Lead create", "Lead delete", "Lead modify-all", "Account read", "Contact edit", "Lead.Title", "Lead.Phone", "Lead.pi__pardot_hard_bounced__c" })
            Assert.Equal("ClayAspire_Broad", much[subject].GrantedBy);
        // What it needs it has: nothing right is called too much.
        Assert.Equal("right", findings.Single(f => f.Subject == "Lead.external_hard_bounced__c").Standing);
    }

    [Fact]
    public async Task A_user_that_may_not_view_set_up_is_unknown_and_missing_with_the_remedy_and_never_right()
    {
        var twin = await FilledAsync();
        await using var stack = await SyncStack.StartAsync(twin, client: ("clayaspire-minimal", "minimal-secret"));
        var (audit, findings) = await AuditAsync(stack, "icare");
        Assert.Equal("missing", audit.Verdict);
        Assert.Equal(["custom", "field", "gbu", "gbu", "object", "permission-set", "system"], findings.Where(f => f.Standing == "unknown").Select(f => f.Area).Order(StringComparer.Ordinal));
        Assert.Contains("View Setup", findings.Single(f => f.Area == "system").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_staging_user_is_judged_by_the_contracts_of_staging_and_may_edit_nine_fields_that_no_contract_names()
    {
        var twin = await FilledAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var (audit, findings) = await AuditAsync(stack, "icare-staging");
        Print(audit, findings);
        Assert.Equal(("too-much", 0, 0), (audit.Verdict, audit.Missing, audit.Unknown));
        Assert.Equal(["Country", "Date_of_Birth__c", "Email", "LinkedIn_URL__c", "NumberOfEmployees", "Phone", "State", "Title", "Website"],
            findings.Where(f => f.Standing == "too-much").Select(f => f.Subject["Lead.".Length..]).Order(StringComparer.Ordinal));
        Assert.Equal(("edit", "ClayAspire_Integration_Staging"), (findings.Single(f => f.Subject == "Lead.City").Found, findings.Single(f => f.Subject == "Lead.City").GrantedBy));
    }

    [Fact]
    public async Task What_keeps_the_audit_from_reading_is_its_result()
    {
        var twin = await FilledAsync();
        await using var stack = await SyncStack.StartAsync(twin, client: ("clayaspire-integration", "wrong-secret"));
        var (refused, none) = await AuditAsync(stack, "icare");
        Assert.Equal(("unknown", "permissions-not-read", 0), (refused.Verdict, refused.FaultCode, none.Count));
        Assert.DoesNotContain("wrong-secret", refused.Fault, StringComparison.Ordinal);
        var (unstated, _) = await AuditAsync(stack, "hubspot-main");
        Assert.Equal(("unknown", "permissions-not-stated"), (unstated.Verdict, unstated.FaultCode));
    }

    private async Task<Twin> FilledAsync()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", Units.SelectMany(u => new[] { 1, 2 }.Select(i => (object)new { LastName = $"L{i}", Company = "C", GBU__c = u })));
        await twin.Main.LoadAsync("Contact", Units.Select(u => (object)new { LastName = "K", GBU__c = u }));
        return twin;
    }

    private static async Task<(PermissionAuditRow Audit, IReadOnlyList<PermissionFindingRow> Findings)> AuditAsync(SyncStack stack, string connection)
    {
        var id = stack.Get<IIdSource>().Next();
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.AuditPermissions(new AuditPermissions(id, connection, "it")), default);
        PermissionAuditRow? audit = null;
        await SyncStack.UntilAsync(async () => (audit = await stack.Get<PermissionAuditStore>().FindAsync(id, default)) is not null, "the audit is stored");
        var findings = await stack.Get<PermissionAuditStore>().FindingsAsync(id, new PermissionFilter(), "subject", false, 1, 500, default);
        return (audit!, findings.Rows);
    }

    private void Print(PermissionAuditRow audit, IReadOnlyList<PermissionFindingRow> findings)
    {
        output.WriteLine($"{audit.UserName}: {audit.Verdict} ({audit.Rights} right, {audit.TooMuch} too much, {audit.Missing} missing, {audit.Unknown} unknown; {audit.ApiCalls} calls)");
        foreach (var f in findings.Where(f => f.Standing != "right"))
            output.WriteLine($"  {f.Standing}: {f.Area} {f.Subject}: expected {f.Expected}, found {f.Found} [{f.GrantedBy}] {f.Text}");
    }
}
