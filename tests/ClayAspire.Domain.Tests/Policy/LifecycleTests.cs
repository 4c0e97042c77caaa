using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Tests.Writeback;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Rules 'stage' and 'shadow' in the policy's files, and moves by the lifecycle's table.</summary>
public sealed class LifecycleTests
{
    private const string Lifecycles = """
        lifecycles:
          contact:
            stages: [lead, marketingqualifiedlead, salesqualifiedlead]
            moves:
              - { from: (blank), to: lead }
              - { from: lead, to: marketingqualifiedlead }
              - { from: [lead, marketingqualifiedlead], to: salesqualifiedlead }
        """;

    [Theory]
    [InlineData(null, "lead", Verdict.Write, "stage-move")]
    [InlineData(null, "salesqualifiedlead", Verdict.Keep, "move-not-allowed")]
    [InlineData("lead", "salesqualifiedlead", Verdict.Write, "stage-move")]
    [InlineData("salesqualifiedlead", "lead", Verdict.Keep, "move-not-allowed")]
    [InlineData("lead", "lead", Verdict.Keep, "already-equal")]
    public void Only_moves_of_the_table_are_made(string? live, string asked, Verdict verdict, string reason)
    {
        var load = Load(Contract("rule: stage\n      lifecycle: contact\n      values: [lead, marketingqualifiedlead, salesqualifiedlead]"));
        Assert.Empty(load.Problems);
        var policy = load.Policy!;
        var record = new LiveRecord(new RecordKey("crm", "Contact", "1"), RecordState.Live, "v", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { ["stage"] = FieldValue.FromCanonical(live) });
        var decision = CellDecider.Decide(policy, policy.Flow("f"), record, "stage", [new Candidate(1, "clay", Samples.Noon, FieldValue.FromCanonical(asked))]);
        Assert.Equal((verdict, reason), (decision.Verdict, decision.Reason.Code));
    }

    [Theory]
    [InlineData("rule: stage", "has rule 'stage' and no lifecycle")]
    [InlineData("rule: stage\n      lifecycle: nope", "no lifecycle 'nope'")]
    [InlineData("rule: stage\n      lifecycle: contact\n      values: [lead, customer]", "'customer' is no stage")]
    [InlineData("rule: latest\n      lifecycle: contact", "only rule 'stage' has")]
    [InlineData("rule: shadow", "no backup field")]
    [InlineData("rule: shadow\n      backup: stage_clay", "has no contract")]
    [InlineData("rule: latest\n      backup: stage_clay", "only rule 'shadow' has")]
    [InlineData("rule: latest\n      min_confidence: 80", "is no confidence")]
    public void Faults_name_file_line_and_remedy(string body, string message)
    {
        var problem = Assert.Single(Load(Contract(body)).Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(("contracts/crm.yaml", true), (problem.File, problem.Line > 0));
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void A_move_between_unknown_stages_is_a_fault()
    {
        var load = Load(Contract("rule: latest"), "lifecycles:\n  contact:\n    stages: [lead]\n    moves:\n      - { from: customer, to: lead }\n");
        Assert.Equal(("lifecycle.yaml", 5), (load.Problems.Single().File, load.Problems.Single().Line));
    }

    private static string Contract(string body) => $"""
        connection: crm
        objects:
          Contact:
            stage:
              type: picklist
              status: Active
              sources: [clay]
              owner: CRM Admin
              why: test
              {body}
        """;

    private static PolicyLoad Load(string contract, string lifecycles = Lifecycles) => PolicyParser.Parse(
    [
        new PolicyFile("contracts/crm.yaml", contract),
        new PolicyFile("lifecycle.yaml", lifecycles),
        new PolicyFile("flows.yaml", "flows:\n  f:\n    connections: [crm]\n    signals: [clay.row]\n    fields: [Contact.*]\n    release: approval\n    role: CRM Admin\n"),
    ]);
}
