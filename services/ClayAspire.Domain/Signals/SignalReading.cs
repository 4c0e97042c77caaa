using System.Globalization;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Signals;

/// <summary>What a signal offers, and by what its record is to be found.</summary>
/// <param name="Signal">The signal.</param>
/// <param name="Mapping">The mapping that read it.</param>
/// <param name="Flow">The flow that it feeds.</param>
/// <param name="RecordIdText">A record id as received.</param>
/// <param name="ExternalId">The value of the external id field.</param>
/// <param name="Email">The e-mail address in lower case.</param>
/// <param name="Campaign">The campaign's name or id.</param>
/// <param name="OccurredAt">When it happened at the source.</param>
/// <param name="Confidence">How sure the source is of the row, 0 to 1; null when it does not say.</param>
/// <param name="Offers">Values by field; never blank.</param>
public sealed record SignalReading(
    Signal Signal, SourceMapping Mapping, Flow Flow, string? RecordIdText, string? ExternalId, string? Email, string? Campaign,
    DateTimeOffset OccurredAt, double? Confidence, IReadOnlyDictionary<string, string> Offers);

/// <summary>Reads a signal's payload by its mapping. Pure; the worker and the backtest read by it alike.</summary>
public static class SignalReader
{
    /// <summary>The kind of signal by which a sequencer says that a mail bounced.</summary>
    public const string BounceKind = "smartlead.bounce";

    private const string HardBounce = "hard";

    /// <summary>The reading, or the reason why the signal feeds no flow: exactly one of the two.</summary>
    /// <param name="policy">The policy whose mapping and flows count.</param>
    /// <param name="signal">The signal; its payload must be a JSON object, as every stored one is.</param>
    public static (SignalReading? Reading, string? Ignored) Read(PolicySet policy, Signal signal)
    {
        if (policy.Mapping(signal.Source, signal.Table, signal.Kind) is not { } mapping)
            return (null, $"No mapping reads {signal.Kind} of source '{signal.Source}'. Add one under mapping/ if it should be.");
        if (policy.Flows.FirstOrDefault(f => f.Signals.Contains(signal.Kind) && f.Connections.Contains(mapping.Connection)) is not { } flow)
            return (null, $"No flow takes {signal.Kind} to connection '{mapping.Connection}'.");
        var payload = SignalPayload.Read(signal.Payload);
        // A soft bounce, or one that our own sender caused, says nothing about the address.
        if (signal.Kind == BounceKind && payload.GetValueOrDefault("bounce_class") != HardBounce)
            return (null, "Only a hard bounce marks an address.");

        string? First(IEnumerable<string> columns) => SignalPayload.First(payload, columns);

        var occurredAt = First(mapping.OccurredAtColumns) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at : signal.OccurredAt;
        return (new SignalReading(
            signal, mapping, flow, First(mapping.RecordIdColumns),
            mapping.ExternalId is { } external ? First(external.Columns) : null,
            First(mapping.EmailColumns)?.ToLowerInvariant(), First(mapping.CampaignColumns), occurredAt,
            Share(First(mapping.ConfidenceColumns)), Offers(policy, mapping, payload)), null);
    }

    private static Dictionary<string, string> Offers(PolicySet policy, SourceMapping mapping, IReadOnlyDictionary<string, string?> payload)
    {
        var offers = new Dictionary<string, string>(StringComparer.Ordinal);
        void Offer(string field, string? raw)
        {
            if (Value(policy, mapping, field, raw) is { } value)
                offers.TryAdd(field, value);
        }
        foreach (var (field, constant) in mapping.Constants)
            Offer(field, constant);
        foreach (var (column, field) in mapping.Columns)
            Offer(field, payload.GetValueOrDefault(column));
        if (mapping.UnlistedAsFields)
        {
            var known = mapping.Ignore.Concat(mapping.Columns.Keys).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var (column, raw) in payload.Where(p => !known.Contains(p.Key)))
                Offer(column, raw);
        }
        // The backup field takes every value that its shadowed field is offered.
        foreach (var (field, value) in offers.ToList())
            if (policy.Contract(mapping.Connection, mapping.Object, field)?.Backup is { } backup)
                Offer(backup, value);
        return offers;
    }

    /// <summary>A share as 0 to 1 or as a percentage; null for what is neither. A plain 1 is all of it.</summary>
    private static double? Share(string? text)
    {
        var isPercentage = text?.EndsWith('%') ?? false;
        if (!double.TryParse(isPercentage ? text![..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share))
            return null;
        if (isPercentage || share > 1)
            share /= 100;
        return share is >= 0 and <= 1 ? share : null;
    }

    /// <summary>
    /// Canonical text, or null for a blank. Text that does not fit the field's type or standard is offered as it came, so that its refusal is seen.
    /// </summary>
    private static string? Value(PolicySet policy, SourceMapping mapping, string field, string? raw)
    {
        if (FieldCodec.IsBlankSpelling(raw))
            return null;
        var contract = policy.Contract(mapping.Connection, mapping.Object, field);
        var isRead = contract is null ? FieldCodec.TryParse(FieldType.Text, raw, out var value) : contract.TryRead(raw, out value, out _);
        return isRead ? value.Text : raw!.Trim();
    }
}
