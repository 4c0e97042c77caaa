using ClayAspire.Domain.Policy;

namespace ClayAspire.Console.Components;

/// <summary>The fields that the drift watch may look at, for filters.</summary>
internal static class DriftFields
{
    /// <summary>Object and field, in order.</summary>
    public static IEnumerable<string> Of(PolicySet policy) =>
        policy.Contracts.Where(c => c.Rule != MergeRule.ReadOnly).Select(c => $"{c.Object}.{c.Field}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
