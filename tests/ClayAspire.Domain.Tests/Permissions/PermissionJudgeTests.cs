using ClayAspire.Domain.Permissions;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Permissions;

/// <summary>What was read of an integration user, against the shipped permissions.yaml and the shipped contracts.</summary>
public sealed class PermissionJudgeTests
{
    private static readonly PermissionExpectation Expected = ShippedPolicy.Policy.Permissions["icare"];
    private static readonly string[] Units = ["Automation", "Mobility", "Energy Systems", "Life Sciences", "Public Sector"];

    [Fact]
    public void A_user_with_exactly_what_is_expected_is_right()
    {
        var report = Judge(Facts());
        Assert.Equal((PermissionVerdict.Right, 0), (report.Verdict, report.Findings.Count(f => f.Standing != PermissionStanding.Right)));
        Assert.Equal(Enum.GetValues<PermissionArea>(), report.Findings.Select(f => f.Area).Distinct());
        var lead = Find(report, "Lead.external_hard_bounced__c");
        Assert.Equal(("edit", "edit", "ClayAspire_Integration"), (lead.Expected, lead.Found, Assert.Single(lead.GrantedBy)));
        Assert.Equal("edit once it is Active", Find(report, "Lead.Industry").Expected);
        Assert.Equal("12 records", Find(report, "Lead: Mobility").Found);
        Assert.Contains("Company, LastName, Status", Find(report, "Lead (comes with the object)").Found, StringComparison.Ordinal);
    }

    [Fact]
    public void ModifyAllData_another_set_another_object_and_an_edit_without_a_contract_are_too_much_and_name_who_grants_them()
    {
        var facts = Facts();
        var report = Judge(facts with
        {
            Sets = [.. facts.Sets!, new GrantedSet("0PS3", "Sales_Ops", false, ["ModifyAllData"])],
            ObjectGrants = [.. facts.ObjectGrants!, new ObjectGrant("Sales_Ops", "Lead", [ObjectRight.Read, ObjectRight.Delete]), new ObjectGrant("Sales_Ops", "Account", [ObjectRight.Read])],
            FieldGrants = [.. facts.FieldGrants!, new FieldGrant("Sales_Ops", "Lead", "Title", true), new FieldGrant("Sales_Ops", "Account", "Industry", true), new FieldGrant("Sales_Ops", "Account", "Phone", false)],
            Objects = With(facts, "Lead", new SeenField("Title", true, true), new SeenField("pi__pardot_hard_bounced__c", true, true), new SeenField("Fax", false, true)),
        });
        Assert.Equal(PermissionVerdict.TooMuch, report.Verdict);
        Assert.Equal(
            ["Sales_Ops", "ModifyAllData", "Account read", "Lead delete", "Account (all fields)", "Lead.Fax", "Lead.Title", "Lead.pi__pardot_hard_bounced__c"],
            report.Findings.Where(f => f.Standing == PermissionStanding.TooMuch).Select(f => f.Subject));
        Assert.Equal(["Sales_Ops"], Find(report, "ModifyAllData").GrantedBy);
        Assert.Equal("read 2, edit 1", Find(report, "Account (all fields)").Found);
        Assert.Contains("Take the edit right away from Sales_Ops", Find(report, "Lead.Title").Text, StringComparison.Ordinal);
        Assert.Contains("read-only", Find(report, "Lead.pi__pardot_hard_bounced__c").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_active_contract_that_cannot_be_edited_or_seen_is_missing_and_one_that_waits_for_Legal_is_not()
    {
        var facts = Facts();
        var report = Judge(facts with
        {
            Objects = With(facts, "CampaignMember", new SeenField("ReplyClassification__c", false, true), null, "Has_Replied__c"),
        });
        Assert.Equal(PermissionVerdict.Missing, report.Verdict);
        Assert.Equal(["CampaignMember.Has_Replied__c", "CampaignMember.ReplyClassification__c"], report.Findings.Where(f => f.Standing == PermissionStanding.Missing).Select(f => f.Subject));
        Assert.Equal(("hidden", "read"), (Find(report, "CampaignMember.Has_Replied__c").Found, Find(report, "CampaignMember.ReplyClassification__c").Found));
        var waiting = Judge(facts with { Objects = With(facts, "Lead", new SeenField("Industry", false, true)) });
        Assert.Equal(PermissionVerdict.Right, waiting.Verdict);
        Assert.Contains("Grant edit before it becomes Active", Find(waiting, "Lead.Industry").Text, StringComparison.Ordinal);
        // Legal signs: from now on it is missing.
        var active = ShippedPolicy.Policy.Contracts.Select(c => c.Field == "Industry" ? c with { Status = ContractStatus.Active } : c).ToList();
        Assert.Equal(PermissionStanding.Missing, Find(PermissionJudge.Judge(Expected, active, facts with { Objects = With(facts, "Lead", new SeenField("Industry", false, true)) }), "Lead.Industry").Standing);
    }

    [Fact]
    public void Profile_role_bypass_sets_and_a_unit_out_of_reach_each_have_their_finding()
    {
        var facts = Facts();
        var report = Judge(facts with
        {
            User = facts.User with { Profile = "System Administrator", Role = null },
            Sets = [facts.Sets![0] with { SystemPermissions = ["ApiEnabled"] }],
            CustomPermissions = [],
            GbuCounts = new Dictionary<string, IReadOnlyList<GbuCount>?>(StringComparer.Ordinal) { ["Lead"] = [new("Automation", 3), new("Robotics", 1), new(null, 2)], ["Contact"] = null },
        });
        Assert.Equal(PermissionVerdict.TooMuchAndMissing, report.Verdict);
        Assert.Equal(PermissionStanding.TooMuch, Find(report, "System Administrator").Standing);
        foreach (var missing in new[] { "role", "ClayAspire_*", "ApiUserOnly", "Bypass_Validation_Rules", "Lead: Mobility" })
            Assert.Equal(PermissionStanding.Missing, Find(report, missing).Standing);
        Assert.Equal(PermissionStanding.Unknown, Find(report, "Contact").Standing);
        Assert.Contains("add it there", Find(report, "Lead: Robotics").Text, StringComparison.Ordinal);
        Assert.Equal("2 records", Find(report, "Lead: (none)").Found);
        Assert.All(report.Findings, f => Assert.False(string.IsNullOrWhiteSpace(f.Text)));
    }

    [Fact]
    public void What_cannot_be_read_is_unknown_and_never_taken_for_right()
    {
        var facts = Facts();
        var report = Judge(facts with { Sets = null, ObjectGrants = null, FieldGrants = null, CustomPermissions = null });
        Assert.Equal((PermissionVerdict.Unknown, 5), (report.Verdict, report.Count(PermissionStanding.Unknown)));
        Assert.All(report.Findings.Where(f => f.Standing == PermissionStanding.Unknown), f => Assert.Contains("View Setup", f.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("connections:\n  icare:\n    profiles: [x]\n", 2, "permission_sets")]
    [InlineData("connections:\n  elsewhere:\n    profiles: [x]\n    permission_sets: [y]\n", 2, "no contracts")]
    [InlineData("connections:\n  icare:\n    profiles: [x]\n    permission_sets: [y]\n    objects:\n      Lead: { rights: [read, write] }\n      CampaignMember: { rights: [read, edit] }\n", 6, "'write' is no right")]
    [InlineData("connections:\n  icare:\n    profiles: [x]\n    permission_sets: [y]\n    objects:\n      CampaignMember: { rights: [read, edit] }\n", 2, "does not let the user read it")]
    [InlineData("connections:\n  icare:\n    profiles: [x]\n    permission_sets: [y]\n    objects:\n      Lead: { rights: [read] }\n      CampaignMember: { rights: [read, edit] }\n", 2, "does not let the user edit it")]
    public void A_fault_in_the_file_names_its_line_and_remedy(string text, int line, string word)
    {
        var problems = PolicyParser.Parse([.. ShippedPolicy.Files.Where(f => f.Path != "permissions.yaml"), new PolicyFile("permissions.yaml", text)]).Problems;
        var problem = Assert.Single(problems, p => p.Message.Contains(word, StringComparison.Ordinal));
        Assert.Equal(("permissions.yaml", (long)line), (problem.File, problem.Line));
        Assert.False(string.IsNullOrWhiteSpace(problem.Remedy));
    }

    private static PermissionReport Judge(PermissionFacts facts) => PermissionJudge.Judge(Expected, ShippedPolicy.Policy.Contracts.ToList(), facts);

    private static PermissionFinding Find(PermissionReport report, string subject) => Assert.Single(report.Findings, f => f.Subject == subject);

    /// <summary>Exactly what the shipped policy expects.</summary>
    private static PermissionFacts Facts()
    {
        const string set = "ClayAspire_Integration";
        var contracts = ShippedPolicy.Policy.Contracts.Where(c => c.Connection == "icare").ToList();
        var objects = new Dictionary<string, IReadOnlyList<SeenField>?>(StringComparer.Ordinal);
        var grants = new List<FieldGrant>();
        foreach (var item in Expected.Objects)
        {
            var fields = new List<SeenField>();
            foreach (var field in item.Read.Concat(item.MayRead).Concat(contracts.Where(c => c.Object == item.Object).Select(c => c.Field)).Distinct())
            {
                var comesAlong = field is "LastName" or "Company" or "Status" && item.Rights.Contains(ObjectRight.Edit);
                var edit = comesAlong || contracts.Any(c => c.Object == item.Object && c.Field == field && c.Rule != MergeRule.ReadOnly);
                fields.Add(new SeenField(field, edit, !comesAlong));
                if (!comesAlong)
                    grants.Add(new FieldGrant(set, item.Object, field, edit));
            }
            objects[item.Object] = fields;
        }
        IReadOnlyList<GbuCount> counts = [.. Units.Select(u => new GbuCount(u, 12))];
        return new PermissionFacts(
            new IntegrationUser("005000000000001AAA", "clayaspire@example.test", "ClayAspire Integration (API only)", "SBS"),
            [new GrantedSet("0PS1", "ClayAspire_Integration_Api_Only", true, ["ApiEnabled", "ApiUserOnly"]), new GrantedSet("0PS2", set, false, ["ApiEnabled", "ViewSetup"])],
            [.. Expected.Objects.Where(o => o.Rights.Count > 0).Select(o => new ObjectGrant(set, o.Object, o.Rights))],
            grants,
            [new CustomGrant(set, "Bypass_Validation_Rules")],
            objects,
            new Dictionary<string, IReadOnlyList<GbuCount>?>(StringComparer.Ordinal) { ["Lead"] = counts, ["Contact"] = counts });
    }

    private static Dictionary<string, IReadOnlyList<SeenField>?> With(PermissionFacts facts, string type, params object?[] changes)
    {
        var objects = new Dictionary<string, IReadOnlyList<SeenField>?>(facts.Objects, StringComparer.Ordinal);
        var changed = changes.OfType<SeenField>().ToList();
        var gone = changes.OfType<string>().ToHashSet(StringComparer.Ordinal);
        objects[type] = [.. objects[type]!.Where(f => !gone.Contains(f.Name) && !changed.Any(c => c.Name == f.Name)), .. changed];
        return objects;
    }
}
