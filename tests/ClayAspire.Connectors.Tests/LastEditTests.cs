using ClayAspire.Connectors.Salesforce;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClayAspire.Connectors.Tests;

/// <summary>Who edited a field last, asked of the twin's field history.</summary>
public sealed class LastEditTests : IAsyncLifetime
{
    private static readonly EditorRules Rules = new("icare", ["Standard"], ["Salesforce API Only System Integrations"], [], ["AutomatedProcess"], []);

    private Twin _twin = null!;
    private SalesforceConnector _crm = null!;

    public async Task InitializeAsync()
    {
        _twin = await Twin.StartAsync();
        _crm = Connect();
    }

    public async Task DisposeAsync()
    {
        _crm.Dispose();
        await _twin.DisposeAsync();
    }

    [Fact]
    public async Task The_last_edit_of_each_field_has_its_author_time_and_values()
    {
        var ids = await _twin.Main.LoadAsync("Lead", Enumerable.Range(0, 5).Select(i => (object)new { LastName = $"L{i}", Company = "C", Industry = "Banking", company_description__c = "x" }));
        await _twin.Main.EditAsync("automation", ids[0], new { Industry = "Media" });
        await _twin.Main.EditAsync("human", ids[0], new { Industry = "Retail", company_description__c = "typed" });
        await _twin.Main.EditAsync("human", ids[1], new { Industry = "Media" });
        await _twin.Main.EditAsync("integration", ids[1], new { Industry = "" });
        await _twin.Main.EditAsync("automation", ids[2], new { Industry = "Media", external_hard_bounced__c = true });
        await _crm.UpdateAsync("Lead", [new RecordUpdate(ids[3], new Dictionary<string, FieldChange>(StringComparer.Ordinal) { ["Industry"] = FieldChange.Set(FieldValue.FromCanonical("Energy")) })], default);

        var edits = await _crm.LastEditsAsync("Lead", ids, ["Industry", "company_description__c", "external_hard_bounced__c"], Rules, default);

        Assert.Equal(15, edits.Count);
        Assert.Equal("Human Media→Retail", Told(edits, ids[0], "Industry"));
        Assert.Equal("Integration Media→(blank)", Told(edits, ids[1], "Industry"));
        Assert.Equal("Automation Banking→Media", Told(edits, ids[2], "Industry"));
        Assert.Equal("Automation (blank)→true", Told(edits, ids[2], "external_hard_bounced__c"));
        Assert.Equal("Us Banking→Energy", Told(edits, ids[3], "Industry"));
        // Long texts are logged without values.
        Assert.Equal("Human not kept", Told(edits, ids[0], "company_description__c"));
        Assert.Equal("none", Told(edits, ids[4], "Industry"));
        var human = edits[Cell(ids[0], "Industry")];
        Assert.StartsWith("005", human.EditorId, StringComparison.Ordinal);
        Assert.InRange(human.At!.Value, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task A_record_made_by_a_person_whose_field_was_not_edited_since_answers_its_creation()
    {
        await _twin.Main.UpdateAsync("Lead", (await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C" }]))[0], new { City = "Lund" });
        var id = await _twin.Main.CreateAsync("Lead", new { LastName = "B", Company = "C", Industry = "Banking" });
        await _twin.Main.EditAsync("automation", id, new { City = "Lund" });

        var edits = await _crm.LastEditsAsync("Lead", [id], ["Industry", "City"], Rules, default);

        var industry = edits[Cell(id, "Industry")];
        Assert.Equal((EditorKind.Human, true, null), (industry.By, industry.IsCreation, industry.New));
        Assert.Equal((EditorKind.Automation, false), (edits[Cell(id, "City")].By, edits[Cell(id, "City")].IsCreation));
    }

    [Fact]
    public async Task Where_there_is_no_history_the_answer_says_why_and_names_the_remedy()
    {
        var lead = (await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C" }]))[0];
        var campaign = (await _twin.Main.LoadAsync("Campaign", [new { Name = "C" }]))[0];
        var member = (await _twin.Main.LoadAsync("CampaignMember", [new { CampaignId = campaign, LeadId = lead }]))[0];
        await _twin.Main.TrackAsync("Lead", "Industry", false);
        await _twin.Main.EditAsync("human", lead, new { Industry = "Media" });

        var onLead = await _crm.LastEditsAsync("Lead", [lead], ["Industry", "Country", "No_Such_Field__c", "overall_hard_bounced__c"], Rules, default);
        var onMember = await _crm.LastEditsAsync("CampaignMember", [member], ["Has_Replied__c"], Rules, default);

        Assert.Equal("history-not-tracked", onLead[Cell(lead, "Industry")].Gap?.Code);
        Assert.Contains("Turn on field history tracking", onLead[Cell(lead, "Industry")].Gap!.Text, StringComparison.Ordinal);
        Assert.Equal("history-not-tracked", onLead[Cell(lead, "Country")].Gap?.Code);
        Assert.Equal("field-not-visible", onLead[Cell(lead, "No_Such_Field__c")].Gap?.Code);
        Assert.Equal((EditorKind.Automation, null, false), (onLead[Cell(lead, "overall_hard_bounced__c")].By, onLead[Cell(lead, "overall_hard_bounced__c")].Gap, onLead[Cell(lead, "overall_hard_bounced__c")].IsEdit));
        Assert.Equal((EditorKind.Unknown, "history-not-kept"), (onMember[new CellKey(new RecordKey("icare", "CampaignMember", member), "Has_Replied__c")].By, onMember.Values.Single().Gap?.Code));
    }

    [Fact]
    public async Task An_editor_that_the_policy_does_not_list_or_that_cannot_be_read_is_unknown()
    {
        var id = (await _twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C" }]))[0];
        await _twin.Main.EditAsync("automation", id, new { Industry = "Media" });
        Assert.Equal("editor-unlisted", (await _crm.LastEditsAsync("Lead", [id], ["Industry"], Rules with { AutomationUserTypes = [] }, default)).Values.Single().Gap?.Code);

        await _twin.Main.EditAsync("human", id, new { Industry = "Retail" });
        await _twin.Main.PermitAsync("User", "Name", read: false, edit: false);
        try
        {
            using var other = Connect();
            Assert.Equal((EditorKind.Unknown, "editor-not-visible"), (await other.LastEditsAsync("Lead", [id], ["Industry"], Rules, default)).Values.Select(e => (e.By, e.Gap!.Code)).Single());
        }
        finally
        {
            await _twin.Main.PermitAsync("User", "Name", read: true, edit: false);
        }
    }

    [Fact]
    public async Task Six_hundred_records_are_asked_in_few_calls()
    {
        var ids = await _twin.Main.LoadAsync("Lead", Enumerable.Range(0, 600).Select(i => (object)new { LastName = $"L{i}", Company = "C" }));
        await _twin.Main.EditAsync("human", ids.Where((_, i) => i % 2 == 0).Select(id => (id, (object)new { Industry = "Media", City = "Lund" })));
        await _crm.DescribeAsync("Lead", default);

        using var calls = _crm.CountCalls();
        var edits = await _crm.LastEditsAsync("Lead", ids, ["Industry", "City"], Rules, default);

        Assert.Equal(600, edits.Values.Count(e => e.By == EditorKind.Human));
        // Which fields are tracked, three times 200 records, one user.
        Assert.Equal(5, calls.Calls);
        Assert.Equal(200, _crm.HistoryBatchSize);
        using var again = _crm.CountCalls();
        await _crm.LastEditsAsync("Lead", [.. ids.Take(200)], ["Industry"], Rules, default);
        Assert.Equal(1, again.Calls);
    }

    private SalesforceConnector Connect() => new("icare", new ConnectionSettings { BaseUrl = _twin.Main.Address.AbsoluteUri, ClientId = Twin.ClientId, ClientSecret = Twin.Secret, TimeoutSeconds = 30 },
        () => new HttpClient(), TimeProvider.System, NullLogger.Instance);

    private static CellKey Cell(string id, string field) => new(new RecordKey("icare", "Lead", id), field);

    private static string Told(IReadOnlyDictionary<CellKey, LastEdit> edits, string id, string field)
    {
        var edit = edits[Cell(id, field)];
        return !edit.IsEdit ? "none" : edit is { Old: { } old, New: { } @new } ? $"{edit.By} {old}→{@new}" : $"{edit.By} not kept";
    }
}
