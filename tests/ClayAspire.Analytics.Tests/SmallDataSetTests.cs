using System.Globalization;
using ClayAspire.Analytics.Kpis;

namespace ClayAspire.Analytics.Tests;

/// <summary>Figures computed by hand on a data set that fits on a page.</summary>
public sealed class SmallDataSetTests
{
    private const string Complete = "Email=*;LinkedIn_URL__c=*;Website=*;Industry=*;OwnerId=*";

    [Fact]
    public async Task Fill_rate_counts_non_blank_key_fields_of_live_leads()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await LeadAsync(database, "a", "2026-03-02", $"{Complete};GBU__c=North;Region__c=EU;LeadSource=Clay");
        await LeadAsync(database, "b", "2026-03-03", "Email=*;OwnerId=*;GBU__c=North;LeadSource=Web");
        await LeadAsync(database, "c", "2026-03-09", "Email=*;Website=*;OwnerId=*;GBU__c=South;LeadSource=Web");
        await LeadAsync(database, "d", null, "OwnerId=*;LeadSource=Web");
        await LeadAsync(database, "gone", "2026-03-09", "LeadSource=Web", state: "deleted");
        await LeadAsync(database, "s", "2026-03-09", "Email=*", connection: "icare-staging");
        await database.AddRecordAsync("icare", "Contact", "x", null, Fields("x", "LeadSource=Web"));

        var kpi = await ComputeAsync(database, "fill-rate");

        Assert.Equal((11, 20, 0.55), (kpi.Numerator, kpi.Denominator, kpi.Value!.Value));
        Assert.Equal("missed", kpi.Status);
        Assert.Equal(["icare 11/20", "icare-staging 1/5"], Show(kpi, "connection"));
        Assert.Equal(["domain 2/4", "email 3/4", "industry 1/4", "linkedin 1/4", "owner 4/4"], Show(kpi, "field"));
        Assert.Equal(["North 7/10", "(none) 1/5", "South 3/5"], Show(kpi, "gbu"));
        Assert.Equal(["Web 6/15", "Clay 5/5"], Show(kpi, "lead_source"));
        Assert.Equal(["2026-W10 7/10", "2026-W11 3/5"], Points(kpi, "(headline)"));
        Assert.Equal(["2026-W10 2/2", "2026-W11 1/1"], Points(kpi, "field:email"));
        Assert.Equal(["2026-W11 1/5"], Points(kpi, "icare-staging"));
    }

    [Fact]
    public async Task Records_are_duplicates_through_a_chain_of_different_keys()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await LeadAsync(database, "a", "2026-03-02", "Email=one@a.example;LinkedIn_URL__c=https://l/1");
        await LeadAsync(database, "b", "2026-03-09", "Email=two@a.example;LinkedIn_URL__c=https://L/1;FirstName=Jo;LastName=Ek;Company=Acme");
        await LeadAsync(database, "c", "2026-03-09", "FirstName=jo;LastName=EK;Company=ACME");
        await LeadAsync(database, "d", "2026-03-10", "Email=ONE@a.example");
        await LeadAsync(database, "e", "2026-03-10", "LastName=Ek;Company=Acme");
        await LeadAsync(database, "f", "2026-03-10", "LastName=Ek;Company=Acme");
        await LeadAsync(database, "staging", "2026-03-10", "Email=one@a.example", connection: "icare-staging");
        await LeadAsync(database, "merged", "2026-03-10", "Email=one@a.example", state: "merged");
        await database.AddRecordAsync("icare", "Contact", "x", At("2026-03-10"), Fields("x", "Email=one@a.example"));
        await database.AddRecordAsync("icare", "Contact", "y", At("2026-03-10"), Fields("y", "Email=one@a.example"));
        await database.AddRecordAsync("icare", "CampaignMember", "m", At("2026-03-10"), Fields("m", "Email=one@a.example"));

        var kpi = await ComputeAsync(database, "duplicate-rate");

        // Leads a-b-c-d are one cluster; e and f have no first name, so they are not one person. Contacts x and y are another.
        Assert.Equal((4, 8), (kpi.Numerator, kpi.Denominator));
        Assert.Equal(["Lead 3/6", "Contact 1/2"], Show(kpi, "object"));
        Assert.Equal(["icare/Lead 3/6", "icare/Contact 1/2", "icare-staging/Lead 0/1"], Show(kpi, "connection_object"));
        Assert.Equal(["2026-W10 0/1", "2026-W11 3/5"], Points(kpi, "object:Lead"));
    }

    [Fact]
    public async Task A_hard_bounce_belongs_to_the_last_send_before_it()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await LeadAsync(database, "a", "2026-03-02", "Email=a@a.example;LeadSource=Clay");
        await LeadAsync(database, "b", "2026-03-02", "Email=b@a.example;LeadSource=Web");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-02"), "a@a.example", "one", "key1");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-09"), "a@a.example", "one", "key2");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-09"), "b@a.example", "one", "key1");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-10"), "b@a.example", "two", "key1");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-09"), "c@a.example", "two", "key1");
        await database.AddSignalAsync("smartlead.bounce", At("2026-03-17"), "A@a.example", "one", bounceClass: "hard");
        await database.AddSignalAsync("smartlead.bounce", At("2026-03-17"), "a@a.example", "one", bounceClass: "hard");
        await database.AddSignalAsync("smartlead.bounce", At("2026-03-17"), "b@a.example", "two", bounceClass: "soft");
        await database.AddSignalAsync("smartlead.bounce", At("2026-03-17"), "nobody-sent@a.example", "two", bounceClass: "hard");
        await database.AddSignalAsync("smartlead.reply", At("2026-03-12"), "b@a.example", "one");

        var document = await ComputeAsync(database);
        var bounce = document.Kpis.Single(k => k.Key == "bounce-rate");
        var reply = document.Kpis.Single(k => k.Key == "reply-rate");

        Assert.Equal((2, 4), (bounce.Numerator, bounce.Denominator));
        Assert.Equal(["2026-W10 0/1", "2026-W11 1/3", "2026-W12 1/1"], Points(bounce, "(headline)"));
        Assert.Equal(["(not in CRM) 1/2", "Clay 1/1", "Web 0/1"], Show(bounce, "lead_source"));
        Assert.Equal(["key1 0/3", "(unknown) 1/1", "key2 1/1"], Show(bounce, "sender"));
        Assert.Equal(["two 1/3", "one 1/2"], Show(bounce, "campaign"));
        Assert.Equal((1, 4), (reply.Numerator, reply.Denominator));
        Assert.Equal(["two 0/3", "one 1/2"], Show(reply, "campaign"));
    }

    [Fact]
    public async Task Time_to_first_touch_runs_from_the_first_sync_and_is_never_negative()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await LeadAsync(database, "clay", "2026-03-02", "Email=clay@a.example;LeadSource=Clay");
        await LeadAsync(database, "web", "2026-03-02", "Email=web@a.example;LeadSource=Web");
        await LeadAsync(database, "early", "2026-03-02", "Email=early@a.example;LeadSource=Clay");
        await LeadAsync(database, "untouched", "2026-03-02", "Email=untouched@a.example;LeadSource=Clay");
        await LeadAsync(database, "never-synced", "2026-03-02", "Email=never@a.example;LeadSource=Web");
        await database.AddVerifiedCellAsync("icare", "web", At("2026-03-09"), Guid.Parse("00000000-0000-0000-0000-000000000001"));
        await database.AddVerifiedCellAsync("icare", "web", At("2026-03-11"), Guid.Parse("00000000-0000-0000-0000-000000000002"));
        await database.AddVerifiedCellAsync("icare", "clay", At("2026-03-11"), Guid.Parse("00000000-0000-0000-0000-000000000003"));
        await database.AddSignalAsync("smartlead.sent", At("2026-03-02").AddHours(1), "clay@a.example");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-09").AddHours(3), "web@a.example");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-09").AddHours(9), "web@a.example");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-01"), "early@a.example");
        await database.AddSignalAsync("smartlead.sent", At("2026-03-05"), "never@a.example");

        var kpi = await ComputeAsync(database, "time-to-first-touch");

        // 1 h and 3 h: median 2 h, p90 (linear) 2.8 h.
        Assert.Equal((2, 4), (kpi.Numerator, kpi.Denominator));
        Assert.Equal(7200, kpi.Value!.Value, 6);
        Assert.Equal(10080, kpi.P90!.Value, 6);
        Assert.Equal("measured", kpi.Status);
        Assert.Equal(["2026-W10 1/3", "2026-W11 1/1"], Points(kpi, "(headline)"));
    }

    [Fact]
    public async Task Without_data_there_is_no_value_and_no_division_by_zero()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();

        var document = await ComputeAsync(database);

        Assert.Equal(5, document.Kpis.Count);
        Assert.All(document.Kpis, k => Assert.Equal((null, "no-data", 0, 0), (k.Value, k.Status, k.Numerator, k.Denominator)));
        Assert.Empty(document.Activity.CellsDaily);
    }

    [Fact]
    public async Task Plans_that_wait_and_cells_of_the_day_are_shown()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        var id = Guid.Parse("00000000-0000-0000-0000-000000000009");
        await database.AddPlanAsync(id, "icare", "bounce-sync", "sealed", Workbench.Start.AddHours(-20), Workbench.Start.AddHours(4), 7);
        await database.AddPlanAsync(Guid.Parse("00000000-0000-0000-0000-00000000000a"), "icare", "bounce-sync", "sealed", Workbench.Start.AddHours(-25), Workbench.Start.AddHours(-1), 9);
        await database.AddVerifiedCellAsync("icare", "a", At("2026-03-09"), Guid.Parse("00000000-0000-0000-0000-000000000001"));

        var activity = (await ComputeAsync(database)).Activity;

        var waiting = Assert.Single(activity.PlansWaiting);
        Assert.Equal(("icare", "bounce-sync", 1L, 7L, 72_000d), (waiting.Connection, waiting.Flow, waiting.Plans, waiting.Changes, waiting.OldestAgeSeconds));
        Assert.Equal(Workbench.Start.AddHours(-20), waiting.OldestSealedAt);
        Assert.Equal(new CellsOfDay(new DateOnly(2026, 3, 9), "icare", "enrichment-writeback", 1, 0, 0, 0), Assert.Single(activity.CellsDaily));
    }

    internal static DateTimeOffset At(string day) => DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddHours(12);

    internal static Dictionary<string, string> Fields(string id, string text) =>
        text.Split(';').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1] == "*" ? $"{id}-{p[0]}" : p[1], StringComparer.Ordinal);

    private static Task LeadAsync(AnalyticsDatabase database, string id, string? day, string fields, string connection = "icare", string state = "live") =>
        database.AddRecordAsync(connection, "Lead", id, day is null ? null : At(day), Fields(id, fields), state);

    private static async Task<KpiDocument> ComputeAsync(AnalyticsDatabase database)
    {
        using var bench = new Workbench(database.Export);
        return (await bench.TakeAsync()).Kpis;
    }

    private static async Task<Kpi> ComputeAsync(AnalyticsDatabase database, string key) => (await ComputeAsync(database)).Kpis.Single(k => k.Key == key);

    private static IEnumerable<string> Show(Kpi kpi, string dimension) =>
        kpi.Segments.Single(s => s.Dimension == dimension).Items.Select(i => $"{i.Name} {i.Numerator}/{i.Denominator}");

    private static IEnumerable<string> Points(Kpi kpi, string series) =>
        kpi.Series.Single(s => s.Name == series).Points.Select(p => $"{p.Week} {p.Numerator}/{p.Denominator}");
}
