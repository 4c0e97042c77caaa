using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.Console.Operations;

/// <summary>One reason to leave somebody alone.</summary>
/// <param name="Reason">Its name.</param>
/// <param name="Listed">How many addresses are listed for it.</param>
/// <param name="ToldBy">What tells it, one a line: fields of records and kinds of signal.</param>
/// <param name="Stops">The flows that it stops.</param>
/// <param name="Why">The sentence it rests on.</param>
internal sealed record SuppressionLine(string Reason, long Listed, IReadOnlyList<string> ToldBy, IReadOnlyList<string> Stops, string Why);

/// <summary>Who is left alone under the policy in force, and how many addresses are listed. Addresses themselves are not kept.</summary>
internal sealed class SuppressionDesk(PolicySource policy, SuppressionStore store)
{
    public async Task<IReadOnlyList<SuppressionLine>> ListAsync(CancellationToken cancel)
    {
        var rules = policy.Current.Suppression;
        var counts = await store.CountsAsync(cancel);
        return
        [
            .. rules.Reasons.Select(r => new SuppressionLine(r.Name, counts.GetValueOrDefault(r.Name), ToldBy(rules, r.Name), r.Stops, r.Why)),
            // What was listed under another policy stays listed, and stops nothing.
            .. counts.Where(c => rules.Reasons.All(r => r.Name != c.Key)).Select(c => new SuppressionLine(c.Key, c.Value, [], [], "The policy in force does not have this reason.")),
        ];
    }

    private static List<string> ToldBy(SuppressionRules rules, string reason) =>
    [
        .. rules.Objects.SelectMany(o => o.Conditions.Where(c => c.Means == reason).Select(c => $"{o.Connection} {o.Object}.{c.Field} {Is([.. c.Values.Select(v => v.ToString())])}")),
        .. rules.Signals.Where(s => s.Means == reason).Select(s => s.Column is null ? s.Kind : $"{s.Kind} {s.Column} {Is(s.Values)}"),
    ];

    private static string Is(IReadOnlyList<string> values) => values.Count == 0 ? "is filled" : $"is {string.Join(" or ", values)}";
}
