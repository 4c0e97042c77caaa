using System.Text;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Policy;

/// <summary>Two histories that a rule's stated strength says must end the same, and do not.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Strength">What it states.</param>
/// <param name="Live">The CRM value at the start of both.</param>
/// <param name="Offers">What the sources say in both, one a line.</param>
/// <param name="OrderA">The plain order, step by step.</param>
/// <param name="OrderB">The other order, step by step.</param>
/// <param name="EndA">What order A ends with.</param>
/// <param name="EndB">What order B ends with.</param>
public sealed record CounterExample(
    string Rule, RuleStrength Strength, FieldValue Live, IReadOnlyList<string> Offers,
    IReadOnlyList<string> OrderA, IReadOnlyList<string> OrderB, string EndA, string EndB)
{
    /// <summary>The standard of the contract; null for none.</summary>
    public string? Standard { get; init; }

    /// <summary>The strength in words.</summary>
    public static string InWords(RuleStrength strength) => strength switch
    {
        RuleStrength.Convergent => "convergent",
        RuleStrength.DeterministicAtSeal => "deterministic at the seal",
    };

    /// <summary>A story in two columns.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"Rule '{Rule}' states that it is {InWords(Strength)}, and is not: the same {Offers.Count} candidate{(Offers.Count == 1 ? "" : "s")} "
            + (Strength == RuleStrength.Convergent ? "end differently in another order." : "known at the seal are decided differently in another order."));
        text.AppendLine($"{(Standard is null ? "" : $"The contract brings values to standard '{Standard}'. ")}The CRM value at the start: {Live}. What the sources say (number, source, time, value):");
        foreach (var offer in Offers)
            text.AppendLine($"  {offer}");
        List<string> a = ["order A", .. OrderA], b = ["order B", .. OrderB];
        while (a.Count < b.Count)
            a.Add("");
        while (b.Count < a.Count)
            b.Add("");
        a.Add($"order A ends with {EndA}");
        b.Add($"order B ends with {EndB}");
        var width = a.Max(line => line.Length);
        for (var i = 0; i < a.Count; i++)
            text.AppendLine($"  {a[i].PadRight(width)} | {b[i]}".TrimEnd());
        return text.ToString().TrimEnd();
    }
}
