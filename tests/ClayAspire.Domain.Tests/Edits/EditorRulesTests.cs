using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Edits;

public sealed class EditorRulesTests
{
    private static readonly EditorRules Shipped = ShippedPolicy.Policy.EditorsOf("icare");

    private static Editor User(string? type = "Standard", string? profile = "Sales User", bool isUs = false, string name = "Somebody", bool visible = true) =>
        new("005000000000001AAA", isUs, type, profile, name, visible);

    [Fact]
    public void The_shipped_rules_tell_people_programs_and_flows_apart()
    {
        EditorKind Kind(Editor editor) => Shipped.Classify(editor).Kind;
        Assert.Equal(EditorKind.Us, Kind(User(isUs: true, profile: "Salesforce API Only System Integrations")));
        Assert.Equal(EditorKind.Human, Kind(User()));
        Assert.Equal(EditorKind.Human, Kind(User(profile: "System Administrator")));
        Assert.Equal(EditorKind.Integration, Kind(User(profile: "salesforce api only system integrations")));
        Assert.Equal(EditorKind.Integration, Kind(User(type: "AutomatedProcess", profile: "B2BMA Integration User")));
        Assert.Equal(EditorKind.Automation, Kind(User(type: "AutomatedProcess", profile: null)));
        Assert.Equal(EditorKind.Automation, Kind(User(name: "Platform Integration User", profile: "Analytics")));
    }

    [Fact]
    public void Who_cannot_be_told_is_unknown_with_the_remedy_and_never_guessed()
    {
        var guest = Shipped.Classify(User(type: "Guest", profile: "Site"));
        Assert.Equal((EditorKind.Unknown, "editor-unlisted"), (guest.Kind, guest.Gap!.Code));
        Assert.Contains("editors.yaml", guest.Gap.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Somebody", guest.Gap.Text, StringComparison.Ordinal);
        // Without profiles a person and a program look alike.
        Assert.Equal((EditorKind.Unknown, "editor-not-visible"), (Shipped.Classify(User(profile: null, visible: false)).Kind, Shipped.Classify(User(profile: null, visible: false)).Gap!.Code));
        Assert.Equal(EditorKind.Unknown, EditorRules.NoneFor("elsewhere").Classify(User()).Kind);
        Assert.Equal(EditorKind.Us, EditorRules.NoneFor("elsewhere").Classify(User(isUs: true)).Kind);
    }

    [Fact]
    public void A_user_may_be_listed_as_a_program_by_id() =>
        Assert.Equal(EditorKind.Integration, (Shipped with { IntegrationUsers = ["005000000000001AAA"] }).Classify(User()).Kind);

    [Theory]
    [InlineData("connections:\n  icare:\n    people: { user_types: [Standard] }\n    robots: [x]\n  icare-staging:\n    people: { user_types: [Standard] }\n", 4, "robots")]
    [InlineData("connections:\n  icare:\n    people: { user_types: [Standard] }\n  icare-staging:\n    integrations: { profiles: [x] }\n", 4, "no type of user that is a person")]
    [InlineData("connections:\n  icare:\n    people: { user_types: [Standard] }\n  icare-staging:\n    people: { user_types: [Standard] }\n    automations: { profiles: [x] }\n", 6, "profiles")]
    [InlineData("connections:\n  icare:\n    people: { user_types: [Standard] }\n  icare-staging:\n    people: { user_types: [Standard] }\n  elsewhere:\n    people: { user_types: [Standard] }\n", 6, "elsewhere")]
    public void A_fault_in_the_file_names_its_line_and_remedy(string text, int line, string word)
    {
        var problem = Assert.Single(Parse(text));
        Assert.Equal((EditorsFileName, (long)line), (problem.File, problem.Line));
        Assert.Contains(word, problem.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(problem.Remedy));
    }

    [Fact]
    public void A_connection_that_protects_human_edits_must_say_who_is_a_person()
    {
        var problem = Assert.Single(Parse("connections:\n  icare:\n    people: { user_types: [Standard] }\n"));
        Assert.Equal("contracts/icare-staging.yaml", problem.File);
        Assert.True(problem.Line > 0);
        Assert.Contains("editors.yaml does not say which users of 'icare-staging' are people", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rule: union\n", "rule: union\n      protect: human-edits\n", "protects human edits, but rule 'union'")]
    [InlineData("rule: set-once\n", "rule: set-once\n      protect: everything\n", "'everything' is no protect")]
    public void A_protection_that_means_nothing_is_a_fault(string rule, string instead, string message)
    {
        var files = ShippedPolicy.Files.Select(f => f.Path == "contracts/icare.yaml" ? f with { Text = f.Text.Replace(rule, instead, StringComparison.Ordinal) } : f).ToArray();
        var problem = Assert.Single(PolicyParser.Parse(files).Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Line > 0);
    }

    private const string EditorsFileName = "editors.yaml";

    private static IReadOnlyList<PolicyProblem> Parse(string editors) =>
        PolicyParser.Parse([.. ShippedPolicy.Files.Where(f => f.Path != EditorsFileName), new PolicyFile(EditorsFileName, editors + "  hubspot-main:\n    people: { user_types: [CRM_UI] }\n")]).Problems;
}
