using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Policy.BacktestSamples;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Worked examples: every expected count is worked out by hand in the comment above it.</summary>
public sealed class BacktestTests
{
    private static BacktestReport Run(PolicySet now, PolicySet then, out List<BacktestCell> cells, params RecordHistory[] records)
    {
        var backtest = new Backtest(now, then, March);
        cells = [.. records.SelectMany(backtest.Add)];
        return backtest.Report();
    }

    private static string Line(BacktestCell c) =>
        $"{c.RecordId} {c.Field} {c.Difference}: {c.Start ?? "(blank)"} -> now {c.Now.Outcome} {c.Now.End ?? "(blank)"} ({c.Now.Reason}), then {c.Then.Outcome} {c.Then.End ?? "(blank)"} ({c.Then.Reason})";

    private static FieldEffect Of(BacktestReport report, string field) => report.Fields.Single(f => f.Field == field);

    // 1: blank; Lyon (sealed on the 2nd), Graz (sealed on the 4th). Both write Lyon, then Graz over it: fill-blank only by name, latest with the plan.
    // 2: Bergen stands; Turin is offered. fill-blank keeps; latest writes over Bergen.
    // 3: an industry waits for Legal now and is written then; nothing else is offered.
    // 4: blank; Porto. Both write it: no difference.
    [Fact]
    public void Four_leads_under_fill_blank_and_latest_and_with_an_industry_activated()
    {
        var report = Run(PolicyOf(), PolicyOf(MergeRule.Latest, ContractStatus.Active, version: "then"), out var cells,
            Lead("1", null, [Row(On(1, 12), new { city = "Lyon" }), Row(On(3, 12), new { city = "Graz" })]),
            Lead("2", new { City = "Bergen" }, [Row(On(5, 12), new { city = "Turin" })]),
            Lead("3", null, [Row(On(5, 12), new { industry = "Wind energy" })]),
            Lead("4", null, [Row(On(5, 12), new { city = "Porto" })]));

        Assert.Equal(
        [
            "1 City OtherRelease: (blank) -> now Written Graz (better-value), then Written Graz (latest-value)",
            "2 City WrittenThenOnly: Bergen -> now Kept Bergen (not-blank), then Written Turin (latest-value)",
            "3 Industry WrittenThenOnly: (blank) -> now Held (blank) (pending-legal), then Written Wind energy (fills-blank)",
        ], cells.Select(Line));
        Assert.Equal((5, 4, 4, 3), (report.Signals, report.Records, report.Cells, report.Differing));
        Assert.Equal(3, report.Groups.Count);
        Assert.All(report.Groups, g => Assert.Equal((1, 1), (g.Cells, g.Examples.Count)));
        // City: 2 starts filled; 1, 2 and 4 end filled under both. Writes now: 1 twice, 4; then: 1 twice, 2, 4. Overwrites: Lyon by Graz under both, by name now; Bergen by Turin then.
        Assert.Equal(new FieldEffect("icare", "Lead", "City", 4, 1, 3, 3, 0, 3, 4, 1, 2, 0, 1, 1, 0), Of(report, "City"));
        Assert.Equal(new FieldEffect("icare", "Lead", "Industry", 4, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0), Of(report, "Industry"));
        Assert.Equal((0, 1), (report.OverwritesAvoided, report.OverwritesAdded));
        Assert.DoesNotContain(report.Fields, f => f.Field == "Formula");
        Assert.Equal(new StartOrigins(0, 0, 4, 0, 0), report.Starts);
        Assert.Equal(("now", 5L, 0L, "then", 5L, 0L), (report.Now.PolicyVersion, report.Now.Replayed, report.Now.FeedNothing, report.Then.PolicyVersion, report.Then.Replayed, report.Then.FeedNothing));
    }

    // Both offer Lyon before the person is listed on the 5th, and Graz after it. The policy that suppresses writes Lyon to both, and later nothing to the
    // listed one. The lead that opted out counts as such for the whole window, for the mirror knows only today.
    [Fact]
    public void Who_is_suppressed_under_the_other_policy_is_left_alone_from_the_day_that_the_list_tells()
    {
        var rules = new SuppressionRules([new("excluded", ["enrich"], "test")],
            [new SuppressedObject("icare", "Lead", "Email", [new("OptOut", [FieldValue.True], "excluded")])], []);
        var entry = new ListedSuppression("excluded", On(5), ListedSuppression.Person, SuppressionKind.Domain);
        RecordHistory Listed(string id, string email) => Lead(id, new { Email = email }, [Row(On(3, 12), new { city = "Lyon" }), Row(On(7, 12), new { city = "Graz" })]) with
        {
            Listed = new[] { entry }.ToLookup(_ => "rival.example", StringComparer.Ordinal),
        };
        var then = PolicyOf(MergeRule.Latest, version: "then");
        Run(PolicyOf(MergeRule.Latest), new PolicySet("then", then.Contracts, then.Flows, then.Mappings) { Suppression = rules }, out var cells,
            Listed("1", "ann@mail.rival.example"), Listed("2", "bo@friend.example"),
            Lead("3", new { OptOut = "true" }, [Row(On(3, 12), new { city = "Lyon" })]));
        Assert.Equal(
        [
            "1 City OtherValue: (blank) -> now Written Graz (latest-value), then Written Lyon (latest-value)",
            "3 City WrittenNowOnly: (blank) -> now Written Lyon (latest-value), then Refused (blank) (suppressed)",
        ], cells.Select(Line));
    }

    // Latest under both; then City protects human edits.
    // 1: a person edited it before the seal of the 6th: kept then. 2: a person's edit lies after the seal. 3: a program's edit. 4: nobody is known to have edited it.
    // 5: a person edited it on the 1st; Lyon is offered on the 2nd, Graz on the 4th: both are kept then.
    // 6: Lyon is written on the 3rd, which makes the last edit ours; a person edits it on the 4th, so that Graz is kept then.
    [Fact]
    public void Protecting_human_edits_keeps_what_a_person_is_known_to_have_edited_before_the_seal()
    {
        var offers = (string city) => new[] { Row(On(5, 12), new { city }) };
        var twice = () => new[] { Row(On(2, 12), new { city = "Lyon" }), Row(On(5, 12), new { city = "Graz" }) };
        Run(PolicyOf(MergeRule.Latest), PolicyOf(MergeRule.Latest, version: "then", cityProtect: Protection.HumanEdits), out var cells,
            Lead("1", new { City = "Bergen" }, offers("Turin")) with { Edits = [Edited(On(1), EditorKind.Human)] },
            Lead("2", new { City = "Bergen" }, offers("Turin")) with { Edits = [Edited(On(9), EditorKind.Human)] },
            Lead("3", new { City = "Bergen" }, offers("Turin")) with { Edits = [Edited(On(1), EditorKind.Human), Edited(On(2), EditorKind.Integration)] },
            Lead("4", new { City = "Bergen" }, offers("Turin")) with { Edits = [Edited(On(1), EditorKind.Human, "Industry")] },
            Lead("5", new { City = "Bergen" }, twice()) with { Edits = [Edited(On(1), EditorKind.Human)] },
            Lead("6", new { City = "Bergen" }, twice()) with { Edits = [Edited(On(4), EditorKind.Human)] });

        Assert.Equal(
        [
            "1 City WrittenNowOnly: Bergen -> now Written Turin (latest-value), then Kept Bergen (edited-by-human)",
            "5 City WrittenNowOnly: Bergen -> now Written Graz (latest-value), then Kept Bergen (edited-by-human)",
            "6 City OtherValue: Bergen -> now Written Graz (latest-value), then Written Lyon (latest-value)",
        ], cells.Select(Line));
    }

    // The other policy is the one without protection; in fact the one in force protects nothing either until the window ends.
    // 1: a person edited on the 1st of February, ours wrote Lyon over it on the 3rd in fact: the policy that protects would not have, so that it keeps Graz out too.
    // 2: the same, but Lyon was undone on the 4th: since then the last edit is ours, and Graz may go over it.
    // 3: ours wrote before the window, after the person: the last edit is ours, also for the policy that protects.
    // 4: a person writes Oslo over Lyon, which both policies have written, on the 4th: Graz, offered then, stays out only with protection.
    [Fact]
    public void What_ours_wrote_in_fact_within_the_window_does_not_make_the_last_edit_ours_for_a_policy_that_would_not_have_written()
    {
        var before = March.From.AddDays(-28);
        var twice = () => new[] { Row(On(2, 12), new { city = "Lyon" }), Row(On(5, 12), new { city = "Graz" }) };
        Run(PolicyOf(MergeRule.Latest), PolicyOf(MergeRule.Latest, version: "then", cityProtect: Protection.HumanEdits), out var cells,
            Lead("1", new { City = "Lyon" }, twice(), writes: [Wrote(On(3, 6), "Bergen", "Lyon")]) with { Edits = [Edited(before, EditorKind.Human, "", "Bergen"), Edited(On(3, 6), EditorKind.Us, "Bergen", "Lyon")] },
            Lead("2", new { City = "Bergen" }, twice(), writes: [Wrote(On(3, 6), "Bergen", "Lyon"), Wrote(On(4), "Lyon", "Bergen", undo: true)]) with { Edits = [Edited(before, EditorKind.Human, "", "Bergen"), Edited(On(3, 6), EditorKind.Us, "Bergen", "Lyon"), Edited(On(4), EditorKind.Us, "Lyon", "Bergen")] },
            Lead("3", new { City = "Ours" }, twice()) with { Edits = [Edited(before, EditorKind.Human, "", "Bergen"), Edited(before.AddDays(1), EditorKind.Us, "Bergen", "Ours")] },
            Lead("4", null, twice(), [Sealed(On(3, 6), null)], [Wrote(On(3, 7), null, "Lyon")]) with { Edits = [Edited(On(4), EditorKind.Human, "Lyon", "Oslo")] });

        Assert.Equal(
        [
            "1 City WrittenNowOnly: Bergen -> now Written Graz (latest-value), then Kept Bergen (edited-by-human)",
            "2 City OtherWrites: Bergen -> now Written Graz (latest-value), then Written Graz (latest-value)",
            "4 City OtherValue: (blank) -> now Written Graz (latest-value), then Written Oslo (latest-value)",
        ], cells.Select(Line));
    }

    [Fact]
    public void The_other_way_round_the_same_cells_differ_the_other_way_round()
    {
        var report = Run(PolicyOf(MergeRule.Latest, ContractStatus.Active), PolicyOf(), out var cells,
            Lead("2", new { City = "Bergen" }, [Row(On(5, 12), new { city = "Turin" })]),
            Lead("3", null, [Row(On(5, 12), new { industry = "Wind energy" })]));
        Assert.Equal(
        [
            "2 City WrittenNowOnly: Bergen -> now Written Turin (latest-value), then Kept Bergen (not-blank)",
            "3 Industry WrittenNowOnly: (blank) -> now Written Wind energy (fills-blank), then Held (blank) (pending-legal)",
        ], cells.Select(Line));
        Assert.Equal((1, 0), (report.OverwritesAvoided, report.OverwritesAdded));
    }

    // One value, one write under both; but who releases it differs.
    [Theory]
    [InlineData(ReleaseMode.Approval, null, WriteRelease.WithPlan)]
    [InlineData(ReleaseMode.PreAuthorised, null, WriteRelease.ByPolicy)]
    [InlineData(ReleaseMode.Approval, 0.8, WriteRelease.ByName)]
    [InlineData(ReleaseMode.PreAuthorised, 0.8, WriteRelease.ByName)]
    public void A_write_that_is_released_otherwise_differs(ReleaseMode release, double? minConfidence, WriteRelease expected)
    {
        Run(PolicyOf(), PolicyOf(release: release, minConfidence: minConfidence), out var cells, Lead("1", null, [Row(On(1, 12), new { city = "Lyon", sure = "50 %" })]));
        if (expected == WriteRelease.WithPlan)
            Assert.Empty(cells);
        else
            Assert.Equal((CellDifference.OtherRelease, WriteRelease.WithPlan, expected), cells.Select(c => (c.Difference, c.Now.Release!.Value, c.Then.Release!.Value)).Single());
    }

    // Neither writes: held now, refused then.
    [Fact]
    public void A_value_that_is_refused_instead_of_held_differs_in_its_verdict()
    {
        var report = Run(PolicyOf(), PolicyOf(industry: ContractStatus.Suspended), out var cells, Lead("1", null, [Row(On(5), new { industry = "Retail" })]));
        Assert.Equal(["1 Industry OtherVerdict: (blank) -> now Held (blank) (pending-legal), then Refused (blank) (suspended)"], cells.Select(Line));
        var group = Assert.Single(report.Groups);
        Assert.Equal((CellOutcome.Held, "pending-legal", CellOutcome.Refused, "suspended", 1L), (group.Now, group.NowReason, group.Then, group.ThenReason, group.Cells));
    }

    // Daily at 06:00: both values of the 1st wait for the seal of the 2nd, and the later one is written. At once: the first, then the second over it.
    [Fact]
    public void A_flow_seals_at_its_cadence()
    {
        Signal[] two = [Row(On(1, 12), new { city = "Lyon" }), Row(On(1, 13), new { city = "Graz" })];
        var report = Run(PolicyOf(MergeRule.Latest), PolicyOf(MergeRule.Latest, release: ReleaseMode.PreAuthorised), out var cells, Lead("1", null, two));
        var cell = Assert.Single(cells);
        Assert.Equal((CellDifference.OtherWrites, "Graz", "Graz"), (cell.Difference, cell.Now.End, cell.Then.End));
        Assert.Equal((On(2, 6), 1, On(1, 13), 2), (cell.Now.WrittenAt, cell.Now.Writes, cell.Then.WrittenAt, cell.Then.Writes));
        Assert.Equal((0, 1), (report.OverwritesAvoided, report.OverwritesAdded));

        // What arrives at the moment of a seal is in it; what waits at the end is sealed then.
        Run(PolicyOf(MergeRule.Latest), PolicyOf(MergeRule.Latest, ContractStatus.Active, dailyAt: new TimeOnly(13, 0)), out cells, Lead("1", null, two));
        Assert.Empty(cells);
        Run(PolicyOf(), PolicyOf(industry: ContractStatus.Active), out cells, Lead("1", null, [Row(On(30, 23), new { industry = "Retail" })]));
        Assert.Equal(March.To, Assert.Single(cells).Then.WrittenAt);
    }

    [Theory]
    [InlineData(ReleaseMode.PreAuthorised, null, 5, 12)]
    [InlineData(ReleaseMode.Approval, "13:00", 5, 13)]
    [InlineData(ReleaseMode.Approval, "12:00", 5, 12)]
    [InlineData(ReleaseMode.Approval, "11:59", 6, 11)]
    [InlineData(ReleaseMode.Approval, null, 6, 0)]
    public void The_next_seal_of_a_flow(ReleaseMode release, string? dailyAt, int day, int hour)
    {
        var flow = new Flow("f", [], [], [], release, "r", false, dailyAt is null ? null : TimeOnly.Parse(dailyAt, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(1));
        var seal = CellReplay.NextSeal(flow, On(5, 12).ToOffset(TimeSpan.FromHours(-10)));
        Assert.Equal((day, hour), (seal.UtcDateTime.Day, seal.UtcDateTime.Hour));
    }

    // Sealed on the 2nd over a blank and written; on the 4th a plan met Nantes: somebody had changed it. Graz of the 3rd then finds Nantes.
    [Fact]
    public void An_edit_that_a_plan_met_stands_in_both_replays()
    {
        var lead = Lead("1", new { City = "Nantes" }, [Row(On(1, 12), new { city = "Lyon" }), Row(On(3, 12), new { city = "Graz" })],
            [Sealed(On(2, 6, 1), null), Sealed(On(4, 6, 1), "Nantes", Verdict.Keep, "not-blank")], [Wrote(On(2, 9), null, "Lyon")]);
        var report = Run(PolicyOf(), PolicyOf(MergeRule.Latest), out var cells, lead);
        var cell = Assert.Single(cells);
        Assert.Equal((CellDifference.OtherValue, "Nantes", "Graz"), (cell.Difference, cell.Now.End, cell.Then.End));
        Assert.Equal((1, 2, 1), (cell.Now.Writes, cell.Then.Writes, cell.Then.Overwrites));
        Assert.Equal((1, new ReplayFidelity(1, 1), new StartOrigins(1, 0, 0, 0, 0)), (report.OutsideEdits, report.Fidelity, report.Starts));
    }

    // Written on the 2nd, undone on the 5th: a person's will, so both end blank, although the offer is settled and never comes again.
    [Fact]
    public void An_undo_counts_as_an_edit_and_settled_values_do_not_come_again()
    {
        var lead = Lead("1", null, [Row(On(1, 12), new { city = "Lyon" })], [Sealed(On(2, 6), null), Sealed(On(5, 8), "Lyon", Verdict.Write, "restores-old", undo: true)],
            [Wrote(On(2, 9), null, "Lyon"), Wrote(On(5, 9), "Lyon", null, undo: true)]);
        var report = Run(PolicyOf(), PolicyOf(MergeRule.Latest), out var cells, lead);
        Assert.Empty(cells);
        Assert.Equal((1, 0L, 0L), (report.OutsideEdits, Of(report, "City").FilledNow, Of(report, "City").FilledThen));
    }

    // The replay under the policy in force keeps Bergen, but a run wrote Turin over it in fact (under an earlier policy, say).
    [Fact]
    public void What_was_written_in_fact_is_set_beside_the_replay()
    {
        var report = Run(PolicyOf(), PolicyOf(), out _, Lead("1", null, [Row(On(1, 12), new { city = "Turin" })], [Sealed(On(2, 6), "Bergen")], [Wrote(On(2, 9), "Bergen", "Turin")]));
        Assert.Equal(new ReplayFidelity(1, 0), report.Fidelity);
    }

    // Before the window Graz was offered: later at its source than Lyon, which the window brings.
    [Theory]
    [InlineData(true, CellOutcome.Kept)]
    [InlineData(false, CellOutcome.Written)]
    public void What_was_offered_before_the_window_competes_as_it_stood_then(bool settled, CellOutcome outcome)
    {
        Run(PolicyOf(), PolicyOf(MergeRule.Latest), out var cells, Lead("1", new { City = "Bergen" }, [Row(On(1, 12), new { city = "Lyon" }, On(1).AddDays(-9))],
            earlier: [Earlier("Graz", On(1).AddDays(-5), settled)]));
        if (outcome == CellOutcome.Kept)
        {
            Assert.Empty(cells);
            return;
        }
        var cell = Assert.Single(cells);
        Assert.Equal((CellDifference.WrittenThenOnly, "Graz", 1), (cell.Difference, cell.Then.End, cell.Then.Writes));
    }

    // Seen live by the plan of the 2nd; the one of the 4th found it converted. Latest writes on the 2nd, and what comes after is held.
    [Fact]
    public void A_record_counts_as_converted_from_the_last_time_it_was_seen_live()
    {
        var lead = Lead("1", new { City = "Bergen" }, [Row(On(1, 12), new { city = "Lyon" }), Row(On(3, 12), new { city = "Graz" })],
            [Sealed(On(2, 6), "Bergen", Verdict.Keep, "not-blank"), Sealed(On(4, 6), "Bergen", Verdict.Hold, "record-converted")], state: RecordState.Converted);
        Run(PolicyOf(), PolicyOf(MergeRule.Latest), out var cells, lead);
        var cell = Assert.Single(cells);
        Assert.Equal((CellDifference.WrittenThenOnly, "Lyon", CellOutcome.Held, "record-converted"), (cell.Difference, cell.Then.End, cell.Now.Outcome, cell.Now.Reason));
        Assert.Equal(new RecordFate(RecordState.Converted, On(2, 6)), RecordFate.Of(lead));
        Assert.Equal(new RecordFate(RecordState.Deleted, null), RecordFate.Of(Lead("2", state: RecordState.Deleted)));
        Assert.Null(RecordFate.Of(Lead("3")));
    }

    // Two hard bounces: flag 1 is blank and set under both; flag 2 is set already. The other policy takes no bounces: one flag fewer.
    [Fact]
    public void Bounce_flags_and_addresses_are_counted_as_they_would_be_written()
    {
        var report = Run(PolicyOf(), PolicyOf(bounces: false), out var cells,
            Lead("1", null, [Bounce(On(3)), Row(On(3), new { mail = "A@Example.org" })]),
            Lead("2", new { Bounced = "true" }, [Bounce(On(3))]));
        Assert.Equal([new BounceEffect("icare", "Lead", "Bounced", 1, 0, 1, 0)], report.Bounces);
        Assert.Equal([new EmailEffect("icare", "Lead", "Email", 1, 1, 0)], report.Emails);
        Assert.Equal(
        [
            "1 Bounced WrittenNowOnly: (blank) -> now Written true (sets-flag), then NotOffered (blank) ()",
            "2 Bounced OtherVerdict: true -> now Kept true (already-set), then NotOffered true ()",
        ], cells.Select(Line));
        Assert.Equal((3L, 0L, 1L, 2L), (report.Now.Replayed, report.Now.FeedNothing, report.Then.Replayed, report.Then.FeedNothing));
        Assert.Contains(report.Assumptions, a => a.Contains("No bounce rate is estimated", StringComparison.Ordinal));
    }

    [Fact]
    public void Signals_whose_record_is_not_known_are_counted_with_their_reason()
    {
        var backtest = new Backtest(PolicyOf(), PolicyOf(@object: "Contact"), March);
        var cells = backtest.Add(Lead("1", null, [Row(On(1), new { city = "Lyon" })]));
        Assert.Equal(["1 City WrittenNowOnly: (blank) -> now Written Lyon (fills-blank), then NotOffered (blank) ()"], cells.Select(Line));
        foreach (var reason in Enum.GetValues<UnplacedReason>())
            backtest.AddUnplaced(Row(On(2), new { city = "Graz" }), reason);
        // A soft bounce feeds nothing under either policy; it is not missing from the replay.
        backtest.AddUnplaced(new Signal(9, "smartlead", "smartlead.bounce", "*", """{"bounce_class":"soft"}""", On(2), On(2)), UnplacedReason.Ignored);
        var report = backtest.Report();
        Assert.Equal((6L, 1L, 1L, 0L, 1L), (report.Signals, report.Now.Replayed, report.Now.FeedNothing, report.Then.Replayed, report.Then.FeedNothing));
        string[] unplaced = ["ignored-when-received 1", "not-processed-yet 1", "record-ambiguous 1", "record-unmatched 1"];
        Assert.Equal(unplaced, report.Now.NotReplayable.Select(n => $"{n.Code} {n.Signals}"));
        Assert.Equal([.. unplaced.Take(2), "other-target 1", .. unplaced.Skip(2)], report.Then.NotReplayable.Select(n => $"{n.Code} {n.Signals}"));
        Assert.Contains("Contact on 'icare'", report.Then.NotReplayable.Single(n => n.Code == "other-target").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_connection_asked_for_is_looked_at()
    {
        var lead = Lead("1", null, [Row(On(1), new { industry = "Retail" })]);
        var other = new Backtest(PolicyOf(), PolicyOf(industry: ContractStatus.Active), March, "elsewhere");
        Assert.Empty(other.Add(lead));
        var report = other.Report();
        Assert.Equal((0, 0, 0, 0), (report.Signals, report.Records, report.Cells, report.Differing));
        var same = new Backtest(PolicyOf(), PolicyOf(industry: ContractStatus.Active), March, "icare");
        Assert.Single(same.Add(lead));
        Assert.Equal(1, same.Report().Signals);
        // Resolved elsewhere, but both policies send it here: its record here is not known.
        var moved = new Backtest(PolicyOf(), PolicyOf(), March, "icare");
        Assert.Empty(moved.Add(lead with { Record = lead.Record with { Connection = "elsewhere" } }));
        Assert.Equal(("other-target", 1L), (moved.Report().Now.NotReplayable.Single().Code, moved.Report().Signals));
    }
}
