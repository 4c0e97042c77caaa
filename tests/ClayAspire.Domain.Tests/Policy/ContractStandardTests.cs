using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>A free-text field that may be written names its standard, or the policy does not load (seed 2).</summary>
public sealed class ContractStandardTests
{
    [Theory]
    [InlineData("type: text", "Lead.F is free text and names no standard.", "city, code, company-name")]
    [InlineData("type: text, standard: town", "There is no standard 'town'.", "Choose one of city")]
    [InlineData("type: checkbox, standard: city", "Lead.F is of type Checkbox", "Take 'standard' away")]
    [InlineData("type: text, standard: city, region: DE", "names a region, which only standard 'phone' has", "Take 'region' away")]
    [InlineData("type: email, region: DE", "names a region and no standard", "standard: phone")]
    [InlineData("type: text, standard: phone, region: de", "'de' is no region", "two capitals")]
    [InlineData("type: picklist, standard: industry, values: [Technology, Software]", "'Software' in the values of Lead.F is 'Technology'", "Write 'Technology'.")]
    [InlineData("type: picklist, standard: industry, values: [Technology, Zeppelins]", "'Zeppelins' in the values of Lead.F is not of its standard 'industry'.", "industries.tsv")]
    public void A_fault_names_file_line_and_remedy(string keys, string message, string remedy)
    {
        var load = Parse(keys, "Active", "fill-blank");
        Assert.Null(load.Policy);
        var problem = Assert.Single(load.Problems);
        Assert.Equal(("contracts/x.yaml", 4), (problem.File, problem.Line));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type: text, standard: country", "Active", "fill-blank", "country")]
    [InlineData("type: text, standard: phone, region: DE", "Active", "latest", "phone")]
    [InlineData("type: picklist, standard: industry, values: [Technology]", "PendingLegal", "fill-blank", "industry")]
    [InlineData("type: picklist", "Active", "latest", null)]
    [InlineData("type: email", "Active", "latest", null)]
    [InlineData("type: text", "ReadOnly", "read-only", null)]
    public void A_contract_has_the_standard_that_it_names(string keys, string status, string rule, string? standard)
    {
        var load = Parse(keys, status, rule);
        Assert.Empty(load.Problems);
        Assert.Equal(standard, load.Policy!.Contracts[0].Standard?.Name);
    }

    [Fact]
    public void Every_shipped_text_field_that_may_be_written_has_a_standard() =>
        Assert.All(ShippedPolicy.Policy.Contracts.Where(c => c.Type == Domain.Primitives.FieldType.Text && c.Status != ContractStatus.ReadOnly), c => Assert.NotNull(c.Standard));

    private static PolicyLoad Parse(string keys, string status, string rule) => PolicyParser.Parse(
    [
        new PolicyFile("contracts/x.yaml", $"connection: x\nobjects:\n  Lead:\n    F: {{ {keys}, status: {status}, rule: {rule}, sources: [clay], owner: DPO, why: w }}\n"),
        new PolicyFile("flows.yaml", "flows: { g: { connections: [x], signals: [s], fields: [Lead.*], release: approval, role: DPO } }"),
    ]);
}
