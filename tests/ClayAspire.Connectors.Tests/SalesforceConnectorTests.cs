using ClayAspire.Connectors.Salesforce;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClayAspire.Connectors.Tests;

public sealed class SalesforceConnectorTests : IAsyncLifetime
{
    private Twin _twin = null!;
    private SalesforceConnector _crm = null!;

    public async Task InitializeAsync()
    {
        _twin = await Twin.StartAsync();
        _crm = Connect(_twin.Main.Address);
    }

    public async Task DisposeAsync()
    {
        _crm.Dispose();
        await _twin.DisposeAsync();
    }

    [Fact]
    public async Task Reading_answers_for_every_id_whatever_became_of_the_record()
    {
        var ids = await _twin.Main.LoadAsync("Lead",
        [
            new { LastName = "Na", Company = "A", Email = "Ann@Example.com", external_hard_bounced__c = true, Industry = "Banking" },
            new { LastName = "B", Company = "B", IsConverted = true, Status = "Closed - Converted" },
            new { LastName = "C", Company = "C" },
        ]);
        var merged = await _twin.Main.LoadAsync("Lead", [new { LastName = "D", Company = "D", IsDeleted = true, MasterRecordId = ids[0] }]);
        await _twin.Main.DeleteAsync("Lead", ids[2]);
        const string Unknown = "00Q000000000ZZZAA2";

        var records = await _crm.ReadAsync("Lead", [.. ids, merged[0], Unknown, "nonsense"], ["LastName", "Email", "external_hard_bounced__c", "Industry", "No_Such_Field__c"], default);

        Assert.Equal(RecordState.Live, records[ids[0]].State);
        Assert.Equal("Na", records[ids[0]].Value("LastName").Text);
        Assert.Equal("ann@example.com", records[ids[0]].Value("Email").Text);
        Assert.Equal(FieldValue.True, records[ids[0]].Value("external_hard_bounced__c"));
        Assert.False(records[ids[0]].Values.ContainsKey("No_Such_Field__c"));
        Assert.Equal(RecordState.Converted, records[ids[1]].State);
        Assert.True(records[ids[1]].Value("external_hard_bounced__c").IsBlank);
        Assert.Equal(RecordState.Deleted, records[ids[2]].State);
        Assert.Equal((RecordState.Merged, ids[0]), (records[merged[0]].State, records[merged[0]].SuccessorId));
        Assert.Equal(RecordState.Deleted, records[Unknown].State);
        Assert.Equal(RecordState.Deleted, records["nonsense"].State);
    }

    [Fact]
    public async Task Many_addresses_are_searched_in_few_calls_and_shared_ones_answer_several_records()
    {
        await _twin.Main.LoadAsync("Lead", Enumerable.Range(0, 1000).Select(i => (object)new { LastName = $"L{i}", Company = "C", Email = $"l{i / 2}@example.com", Clay_Row_Id__c = $"row'{i}" }));

        using var calls = _crm.CountCalls();
        var found = await _crm.FindByEmailAsync("Lead", [.. Enumerable.Range(0, 800).Select(i => $"L{i}@example.com")], ["LastName"], default);

        Assert.Equal(500, found.Count);
        Assert.All(found, f => Assert.Equal(2, f.Count()));
        Assert.InRange(calls.Calls, 4, 8);
        var external = await _crm.FindByExternalIdAsync("Lead", "Clay_Row_Id__c", ["row'7", "row'x"], [], default);
        Assert.Single(Assert.Single(external));
    }

    [Fact]
    public async Task Members_of_campaigns_are_found_by_the_address_of_their_lead()
    {
        var campaign = await _twin.Main.LoadAsync("Campaign", [new { Name = "Spring" }, new { Name = "Autumn" }]);
        var lead = await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        var members = await _twin.Main.LoadAsync("CampaignMember", campaign.Select(c => (object)new { CampaignId = c, LeadId = lead[0] }));

        var found = await _crm.FindCampaignMembersAsync(["A@example.com", "nobody@example.com"], ["Has_Replied__c"], default);

        Assert.Equal(["Autumn", "Spring"], found["a@example.com"].Select(m => m.CampaignName).Order(StringComparer.Ordinal));
        Assert.Equal(members.Order(StringComparer.Ordinal), found["a@example.com"].Select(m => m.Record.Key.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_bad_row_takes_no_other_with_it()
    {
        var ids = await _twin.Main.LoadAsync("Lead", Enumerable.Range(0, 4).Select(i => (object)new { LastName = $"L{i}", Company = "C", external_hard_bounced__c = i == 3 }));
        await _twin.Main.DeleteAsync("Lead", ids[1]);

        var outcomes = await _crm.UpdateAsync("Lead",
        [
            Update(ids[0], ("external_hard_bounced__c", FieldChange.Set(FieldValue.True))),
            Update(ids[1], ("external_hard_bounced__c", FieldChange.Set(FieldValue.True))),
            Update(ids[2], ("overall_hard_bounced__c", FieldChange.Set(FieldValue.True)), ("Industry", FieldChange.Leave)),
            Update(ids[3], ("external_hard_bounced__c", FieldChange.Clear)),
        ], default);

        Assert.IsType<RowOutcome.Accepted>(outcomes[0]);
        Assert.Equal(ErrorAction.Follow, Assert.IsType<RowOutcome.Rejected>(outcomes[1]).Rule.Action);
        var formula = Assert.IsType<RowOutcome.Rejected>(outcomes[2]);
        Assert.Equal(("INVALID_FIELD_FOR_INSERT_UPDATE", false), (formula.Code, formula.IsRetryable));
        Assert.Contains("overall_hard_bounced__c", formula.Fields);
        Assert.IsType<RowOutcome.Accepted>(outcomes[3]);
        Assert.True((await _twin.Main.RecordAsync("Lead", ids[0])).GetProperty("external_hard_bounced__c").GetBoolean());
        Assert.False((await _twin.Main.RecordAsync("Lead", ids[3])).GetProperty("external_hard_bounced__c").GetBoolean());
    }

    [Fact]
    public async Task Clearing_a_text_empties_it_and_leaving_it_sends_nothing()
    {
        var ids = await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Industry = "Banking", company_description__c = "x" }]);

        await _crm.UpdateAsync("Lead", [Update(ids[0], ("Industry", FieldChange.Clear), ("company_description__c", FieldChange.Leave))], default);

        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await _twin.Main.RecordAsync("Lead", ids[0])).GetProperty("Industry").ValueKind);
        Assert.Equal(["Industry"], (await _twin.Main.WritesAsync()).Select(w => w.Field));
        Assert.Throws<ArgumentException>(() => FieldChange.Set(FieldValue.Blank));
    }

    [Fact]
    public async Task An_expired_session_is_minted_anew_and_the_write_goes_once()
    {
        var ids = await LeadsAsync(1);
        await _crm.DescribeAsync("Lead", default);
        await _twin.Main.FaultsAsync(new { expireSessions = true });

        var outcome = Assert.Single(await _crm.UpdateAsync("Lead", [Bounce(ids[0])], default));

        Assert.IsType<RowOutcome.Accepted>(outcome);
        Assert.Equal((1, 1), Assert.Single(await _twin.Main.WritesAsync()) is var w ? (w.Received, w.Committed) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_whose_answer_is_lost_is_unknown_and_was_sent_once(bool dropConnection)
    {
        var ids = await LeadsAsync(2);
        // The first read keeps a connection open: a client that sends again on a stale connection would write twice.
        await _crm.ReadAsync("Lead", ids, [], default);
        await _twin.Main.FaultsAsync(new { failAfterCommit = 1, dropConnection });

        var outcomes = await _crm.UpdateAsync("Lead", [Bounce(ids[0]), Bounce(ids[1])], default);

        Assert.All(outcomes, o => Assert.Equal(dropConnection, Assert.IsType<RowOutcome.Unknown>(o).MayStillRun));
        Assert.All(await _twin.Main.WritesAsync(), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
        Assert.Equal(2, (await _twin.Main.WritesAsync()).Count);
    }

    [Fact]
    public async Task A_locked_row_may_be_sent_again()
    {
        var ids = await LeadsAsync(1);
        await _twin.Main.FaultsAsync(new { lockRows = 1 });

        var locked = Assert.IsType<RowOutcome.Rejected>(Assert.Single(await _crm.UpdateAsync("Lead", [Bounce(ids[0])], default)));
        var again = Assert.Single(await _crm.UpdateAsync("Lead", [Bounce(ids[0])], default));

        Assert.True(locked.IsRetryable);
        Assert.IsType<RowOutcome.Accepted>(again);
    }

    [Fact]
    public async Task A_read_that_fails_once_is_asked_again()
    {
        var ids = await LeadsAsync(1);
        await _crm.DescribeAsync("Lead", default);
        await _twin.Main.FaultsAsync(new { failReads = 1 });

        Assert.Equal(RecordState.Live, (await _crm.ReadAsync("Lead", ids, [], default))[ids[0]].State);
    }

    [Fact]
    public async Task A_used_up_budget_says_wait_and_the_header_is_read()
    {
        var ids = await LeadsAsync(1);
        await _crm.ReadAsync("Lead", ids, [], default);
        Assert.InRange(_crm.Quota.Ratio, double.Epsilon, 0.5);
        await _twin.Main.FaultsAsync(new { quotaRemaining = 0 });

        var refused = await Assert.ThrowsAsync<CrmException>(() => _crm.UpdateAsync("Lead", [Bounce(ids[0])], default));

        Assert.Equal(ErrorAction.Wait, refused.Rule.Action);
        Assert.Empty(await _twin.Main.WritesAsync());
    }

    [Fact]
    public async Task Changes_come_in_order_page_by_page_with_the_deleted_ones()
    {
        var ids = await _twin.Main.LoadAsync("Lead", Enumerable.Range(0, 2500).Select(i => (object)new { LastName = $"L{i}", Company = "C" }));
        var pages = await PagesAsync(null);
        Assert.Equal(2500, pages.Sum(p => p.Records.Count));
        Assert.True(pages.Count > 1);
        var until = pages[^1].ReadUntil;
        await _twin.Main.UpdateAsync("Lead", ids[5], new { Title = "x" });
        await _twin.Main.DeleteAsync("Lead", ids[6]);

        var changed = (await PagesAsync(until)).SelectMany(p => p.Records).Where(r => r.ChangedAt > until).ToList();

        Assert.Equal([(ids[5], RecordState.Live), (ids[6], RecordState.Deleted)], changed.Select(c => (c.Record.Key.Id, c.Record.State)));
    }

    [Fact]
    public async Task A_field_hidden_from_the_integration_user_is_missing_and_not_blank()
    {
        var ids = await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Industry = "Banking" }]);
        await _twin.Main.PermitAsync("Lead", "Industry", read: false, edit: false);

        var record = (await _crm.ReadAsync("Lead", ids, ["Industry", "Company"], default))[ids[0]];

        Assert.False(record.Values.ContainsKey("Industry"));
        Assert.Equal("C", record.Value("Company").Text);
    }

    [Fact]
    public async Task Wrong_credentials_stop_and_an_unreachable_host_retries()
    {
        using var wrong = Connect(_twin.Main.Address, secret: "wrong");
        using var nowhere = Connect(new Uri("http://127.0.0.1:1/"));

        Assert.Equal(ErrorAction.Stop, (await Assert.ThrowsAsync<CrmException>(() => wrong.DescribeAsync("Lead", default))).Rule.Action);
        Assert.Equal(ErrorAction.Retry, (await Assert.ThrowsAsync<CrmException>(() => nowhere.DescribeAsync("Lead", default))).Rule.Action);
    }

    [Fact]
    public async Task Jwt_bearer_signs_in_with_a_key()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        await using var twin = await Twin.StartAsync(("CrmSandbox__Integration__PublicKeyPem", key.ExportSubjectPublicKeyInfoPem()));
        using var crm = new SalesforceConnector("icare", new ConnectionSettings
        {
            BaseUrl = twin.Main.Address.AbsoluteUri,
            ClientId = Twin.ClientId,
            Username = "clayaspire@crm-sandbox.example",
            PrivateKeyPem = key.ExportPkcs8PrivateKeyPem(),
        }, () => new HttpClient(), TimeProvider.System, NullLogger.Instance);

        Assert.True((await crm.LimitsAsync(default)).Max > 0);
    }

    private static SalesforceConnector Connect(Uri address, string secret = Twin.Secret) => new(
        "icare", new ConnectionSettings { BaseUrl = address.AbsoluteUri, ClientId = Twin.ClientId, ClientSecret = secret },
        () => new HttpClient(Shared, disposeHandler: false) { Timeout = TimeSpan.FromSeconds(10) }, TimeProvider.System, NullLogger.Instance);

    private static SocketsHttpHandler Shared { get; } = new();

    private static RecordUpdate Update(string id, params (string Field, FieldChange Change)[] changes) =>
        new(id, changes.ToDictionary(c => c.Field, c => c.Change, StringComparer.Ordinal));

    private static RecordUpdate Bounce(string id) => Update(id, ("external_hard_bounced__c", FieldChange.Set(FieldValue.True)));

    private Task<IReadOnlyList<string>> LeadsAsync(int count) =>
        _twin.Main.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C" }));

    private async Task<List<ChangePage>> PagesAsync(DateTimeOffset? since)
    {
        var pages = new List<ChangePage>();
        await foreach (var page in _crm.QueryChangesAsync("Lead", ["LastName"], since, default))
            pages.Add(page);
        return pages;
    }
}
