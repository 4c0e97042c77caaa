using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// What a flow decides by, as one hash: its signals, its fields, and the terms of every contract that it carries on any of its connections.
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
        lines.AddRange(policy.Contracts.Where(c => flow.Connections.Contains(c.Connection) && flow.Carries(c.Object, c.Field)).Select(Terms).Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static string Terms(FieldContract c) =>
        JsonSerializer.Serialize(new { c.Connection, c.Object, c.Field, c.Type, c.Rule, c.Sources, c.MaxLength, c.Values, c.Backup, c.MinConfidence, c.Protect, c.Lifecycle?.Moves });
}
