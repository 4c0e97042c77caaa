using System.Security.Cryptography;
using System.Text;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// What a flow decides by, as one hash: its signals, its fields, the terms of every contract that it carries on any of its connections, and who it leaves alone.
/// A run on the staging connection speaks for all plans of the same fingerprint. Who releases and when has no part in it, nor has the status
/// of a contract: a signature changes whether a field is written, not how.
/// </summary>
public static class FlowFingerprint
{
    /// <summary>The fingerprint, lower-case hex.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="flow">One of its flows.</param>
    public static string Of(PolicySet policy, Flow flow)
    {
        var lines = new List<string> { flow.Name };
        lines.AddRange(flow.Signals.Order(StringComparer.Ordinal));
        lines.AddRange(flow.Fields.Select(f => $"{f.Object}.{f.Field}").Order(StringComparer.Ordinal));
        lines.AddRange(policy.Contracts.Where(c => flow.Connections.Contains(c.Connection) && flow.Carries(c.Object, c.Field))
            .OrderBy(c => c.Key.ToString(), StringComparer.Ordinal).SelectMany(c => c.Terms));
        lines.AddRange(policy.Suppression.Objects.Where(o => flow.Connections.Contains(o.Connection)).SelectMany(o => o.Conditions
            .Where(c => policy.Suppression.Stopping(flow.Name).Contains(c.Means)).Select(c => $"suppressed\t{o.Connection}\t{o.Object}\t{c.Field}\t{string.Join('\t', c.Values)}"))
            .Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}
