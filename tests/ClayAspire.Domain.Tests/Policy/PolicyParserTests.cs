using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

public sealed class PolicyParserTests
{
    [Fact]
    public void The_shipped_policy_holds_the_seed_allowlist()
    {
        var policy = ShippedPolicy.Policy;
        (string Object, string Field, ContractStatus Status, MergeRule Rule)[] seed =
        [
            ("CampaignMember", "Has_Replied__c", ContractStatus.Active, MergeRule.SetOnce),
            ("CampaignMember", "ReplyClassification__c", ContractStatus.Active, MergeRule.Latest),
            ("Lead", "external_hard_bounced__c", ContractStatus.Active, MergeRule.Union),
            ("Lead", "company_description__c", ContractStatus.PendingLegal, MergeRule.FillBlank),
            ("Lead", "Industry", ContractStatus.PendingLegal, MergeRule.FillBlank),
            ("Lead", "overall_hard_bounced__c", ContractStatus.ReadOnly, MergeRule.ReadOnly),
            ("Lead", "Cold_Lead_Eligible__c", ContractStatus.ReadOnly, MergeRule.ReadOnly),
        ];
        foreach (var (o, f, status, rule) in seed)
        {
            var contract = policy.Contract("icare", o, f);
            Assert.NotNull(contract);
            Assert.Equal((status, rule), (contract.Status, contract.Rule));
        }
        Assert.Null(policy.Contract("icare", "Lead", "Title"));
    }

    [Fact]
    public void A_fault_names_file_line_and_remedy()
    {
        var files = Replace("contracts/icare.yaml", "rule: set-once", "rule: newest");
        var load = PolicyParser.Parse(files);
        Assert.Null(load.Policy);
        var problem = Assert.Single(load.Problems, p => p.File == "contracts/icare.yaml");
        Assert.Equal(LineOf("contracts/icare.yaml", "rule: set-once"), problem.Line);
        Assert.Contains("newest", problem.Message, StringComparison.Ordinal);
        Assert.Contains("set-once", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_found_in_one_pass()
    {
        var files = Replace("contracts/icare.yaml", "status: Active", "status: Enabled");
        Assert.Equal(3, PolicyParser.Parse(files).Problems.Count);
    }

    [Theory]
    [InlineData("connection: [a")]
    [InlineData("- just\n- a list")]
    [InlineData("")]
    public void A_file_that_is_no_mapping_is_a_problem_and_no_exception(string text)
    {
        var load = PolicyParser.Parse([.. ShippedPolicy.Files.Where(f => f.Path != "flows.yaml"), new PolicyFile("flows.yaml", text)]);
        Assert.Null(load.Policy);
        Assert.Contains(load.Problems, p => p.File == "flows.yaml" && p.Line > 0);
    }

    [Fact]
    public void A_flow_cannot_carry_a_field_without_a_contract() =>
        Assert.Contains(
            PolicyParser.Parse(Replace("flows.yaml", "Lead.external_hard_bounced__c", "Lead.Title")).Problems,
            p => p.Message.Contains("Lead.Title", StringComparison.Ordinal));

    [Theory]
    [InlineData("flows.yaml", "  bounce-sync:\n    kind: writeback\n    connections: [icare,", "  bounce-sync:\n    kind: writeback\n    connections: [elsewhere,", "bounce-sync:", "'elsewhere'")]
    [InlineData("flows.yaml", "Lead.external_hard_bounced__c", "Lead.Title", "bounce-sync:", "Lead.Title")]
    [InlineData("mapping/smartlead.yaml", "kinds: [smartlead.bounce]\n    connection: icare", "kinds: [smartlead.bounce]\n    connection: elsewhere", "smartlead.bounce", "'elsewhere'")]
    [InlineData("contracts/icare.yaml", "connection: icare", "connection: icare-staging", "    Industry:", "icare-staging: Lead.Industry has a contract already")]
    public void A_fault_between_files_names_file_and_line_too(string file, string old, string @new, string lineWith, string message)
    {
        var files = Replace(file, old, @new);
        var problem = Assert.Single(PolicyParser.Parse(files).Problems, p => p.Message.Contains(message, StringComparison.Ordinal));
        Assert.Equal(file, problem.File);
        Assert.Contains(lineWith, files.Single(f => f.Path == file).Text.Split('\n')[(int)problem.Line - 1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_changes_with_any_content_and_not_with_line_endings()
    {
        var version = ShippedPolicy.Policy.Version;
        var crlf = ShippedPolicy.Files.Select(f => f with { Text = f.Text.ReplaceLineEndings("\n") }).ToArray();
        Assert.Equal(version, PolicyParser.Parse(crlf).Policy!.Version);
        Assert.NotEqual(version, PolicyParser.Parse(Replace("flows.yaml", "expires_after_hours: 1\n", "expires_after_hours: 2\n")).Policy!.Version);
    }

    [Fact]
    public void A_mapping_for_a_table_beats_the_default_of_its_source()
    {
        Assert.Equal("icare-staging", ShippedPolicy.Policy.Mapping("clay", "fake_1000", "file.row")!.Connection);
        Assert.Equal("icare", ShippedPolicy.Policy.Mapping("clay", "anything", "clay.row")!.Connection);
        Assert.Null(ShippedPolicy.Policy.Mapping("hubspot", "anything", "clay.row"));
    }

    private static PolicyFile[] Replace(string path, string old, string @new)
    {
        var found = false;
        var files = ShippedPolicy.Files.Select(f =>
        {
            if (f.Path != path)
                return f;
            found = f.Text.Contains(old, StringComparison.Ordinal);
            return f with { Text = f.Text.Replace(old, @new, StringComparison.Ordinal) };
        }).ToArray();
        Assert.True(found, $"{path} must hold '{old}' for this test to mean anything.");
        return files;
    }

    private static int LineOf(string path, string text) =>
        ShippedPolicy.Files.Single(f => f.Path == path).Text.Split('\n').ToList().FindIndex(l => l.Contains(text, StringComparison.Ordinal)) + 1;
}
