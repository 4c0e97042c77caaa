using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>What would end the process, or never end, is a problem with a line like any other.</summary>
public sealed class YamlBoundsTests
{
    [Fact]
    public void Nesting_without_end_is_a_problem() =>
        Assert.Contains("nests deeper than 40 levels", Problem("connection: x\nobjects: " + new string('[', 100_000)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_line_is_the_one_where_a_bound_is_passed() =>
        Assert.Equal(3, Problem("connection: x\nobjects:\n " + string.Concat(Enumerable.Repeat("- ", 100)) + "a").Line);

    [Fact]
    public void Aliases_of_aliases_are_counted_written_out()
    {
        var text = "a0: &a0 [x, x]\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n"));
        Assert.Contains("more than 200000 values", Problem(text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_within_what_it_stands_for_is_a_problem() =>
        Assert.Contains("*a stands within", Problem("a: &a [*a]\n? *a\n: b\n").Message, StringComparison.Ordinal);

    [Fact]
    public void A_plain_alias_is_read()
    {
        var load = PolicyParser.Parse([new PolicyFile("contracts/x.yaml", """
            connection: x
            objects:
              Lead:
                City: { type: text, standard: city, status: Active, rule: fill-blank, sources: &s [clay], owner: DPO, why: w }
                Street: { type: text, standard: city, status: Active, rule: fill-blank, sources: *s, owner: DPO, why: w }
            """)]);
        Assert.Empty(load.Problems);
        Assert.Equal(["clay"], load.Policy!.Contract("x", "Lead", "Street")!.Sources);
    }

    private static PolicyProblem Problem(string text) => PolicyParser.Parse([new PolicyFile("contracts/x.yaml", text)]).Problems.First(p => p.File == "contracts/x.yaml");
}
