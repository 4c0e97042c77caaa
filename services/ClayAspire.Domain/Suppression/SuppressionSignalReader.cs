using ClayAspire.Domain.Signals;

namespace ClayAspire.Domain.Suppression;

/// <summary>An address to be listed.</summary>
/// <param name="EmailKey">Its key; see <see cref="SuppressionKey"/>.</param>
/// <param name="Reason">The reason's name.</param>
/// <param name="Since">When it happened at the source.</param>
/// <param name="Source">Who said so.</param>
/// <param name="SignalId">The signal.</param>
public sealed record NewSuppression(string EmailKey, string Reason, DateTimeOffset Since, string Source, long SignalId);

/// <summary>Reads which addresses a signal puts on the list. Pure.</summary>
public static class SuppressionSignalReader
{
    /// <summary>The entries that a signal makes; empty when it is no such signal, or carries no address.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="signal">The signal.</param>
    public static IReadOnlyList<NewSuppression> Read(SuppressionRules rules, Signal signal)
    {
        List<NewSuppression>? entries = null;
        IReadOnlyDictionary<string, string?>? payload = null;
        foreach (var rule in rules.Signals)
        {
            if (rule.Kind != signal.Kind)
                continue;
            payload ??= SignalPayload.Read(signal.Payload);
            var said = rule.Column is null || (payload.GetValueOrDefault(rule.Column)?.Trim() is { } value && rule.Values.Contains(value, StringComparer.OrdinalIgnoreCase));
            if (said && SignalPayload.First(payload, rule.EmailColumns) is { } email)
                (entries ??= []).Add(new NewSuppression(SuppressionKey.Of(email), rule.Means, signal.OccurredAt, signal.Source, signal.Id));
        }
        return entries ?? [];
    }
}
