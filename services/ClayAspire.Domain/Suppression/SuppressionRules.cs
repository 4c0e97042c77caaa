using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Suppression;

/// <summary>Why somebody is left alone, and which flows leave them alone (seed 2, "Suppression logic").</summary>
/// <param name="Name">Such as <c>unsubscribed</c>.</param>
/// <param name="Stops">The flows that it stops.</param>
/// <param name="Why">The sentence it rests on.</param>
public sealed record SuppressionReason(string Name, IReadOnlyList<string> Stops, string Why)
{
    /// <summary>Where it stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }
}

/// <summary>What a record's field holds when the record is suppressed.</summary>
/// <param name="Field">The field's API name; it needs no contract, for it is only read.</param>
/// <param name="Values">Canonical values that mean it; none when any value does.</param>
/// <param name="Means">The reason's name.</param>
public sealed record SuppressionCondition(string Field, IReadOnlyList<FieldValue> Values, string Means)
{
    /// <summary>Where it stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>Whether a value means that the record is suppressed.</summary>
    public bool Meets(FieldValue value) => !value.IsBlank && (Values.Count == 0 || Values.Contains(value));
}

/// <summary>How suppressed records of one object are told.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="EmailField">The field that holds the e-mail address, by which the list is looked up; null when it has none.</param>
/// <param name="Conditions">The conditions; one that is met suffices.</param>
public sealed record SuppressedObject(string Connection, string Object, string? EmailField, IReadOnlyList<SuppressionCondition> Conditions)
{
    /// <summary>Where it stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>The field that holds the company's domain or web address, by which the list is looked up too; null when it has none.</summary>
    public string? DomainField { get; init; }

    /// <summary>The fields by which the list is looked up.</summary>
    public IEnumerable<string> MatchFields => new[] { EmailField, DomainField }.OfType<string>();

    /// <summary>Every field that must be read of a record.</summary>
    public IEnumerable<string> Fields => Conditions.Select(c => c.Field).Concat(MatchFields).Distinct(StringComparer.Ordinal);

    /// <summary>What of a record the list may hold: the key of its address, the address's domain, the company's domain, and the domains above these.</summary>
    /// <param name="values">The record's values by field.</param>
    public IReadOnlySet<string> Matches(IReadOnlyDictionary<string, FieldValue> values)
    {
        var matches = new HashSet<string>(StringComparer.Ordinal);
        if (EmailField is not null && values.GetValueOrDefault(EmailField).Text is { } email)
        {
            matches.Add(SuppressionKey.Of(email));
            matches.UnionWith(SuppressionKey.DomainsOf(email));
        }
        if (DomainField is not null && values.GetValueOrDefault(DomainField).Text is { } domain)
            matches.UnionWith(SuppressionKey.DomainsOf(domain));
        return matches;
    }
}

/// <summary>A kind of signal that puts an address on the list.</summary>
/// <param name="Kind">The kind, such as <c>smartlead.unsubscribed</c>.</param>
/// <param name="EmailColumns">Columns that may carry the address; the first that is not blank counts.</param>
/// <param name="Column">A column that must hold one of <paramref name="Values"/>; null when the kind alone means it.</param>
/// <param name="Values">The values.</param>
/// <param name="Means">The reason's name.</param>
public sealed record SuppressionSignal(string Kind, IReadOnlyList<string> EmailColumns, string? Column, IReadOnlyList<string> Values, string Means)
{
    /// <summary>Where it stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }
}

/// <summary>Who is left alone, why, and by which flows: <c>suppression.yaml</c>.</summary>
public sealed class SuppressionRules
{
    private readonly FrozenDictionary<(string, string), SuppressedObject> _objects;
    private readonly FrozenDictionary<string, FrozenSet<string>> _stopping;

    /// <summary>Makes rules from their parts; the parser checks them first.</summary>
    /// <param name="reasons">The reasons.</param>
    /// <param name="objects">The objects whose records tell it, each once.</param>
    /// <param name="signals">The signals that tell it.</param>
    public SuppressionRules(IReadOnlyList<SuppressionReason> reasons, IReadOnlyList<SuppressedObject> objects, IReadOnlyList<SuppressionSignal> signals)
    {
        Reasons = reasons;
        Objects = objects;
        Signals = signals;
        _objects = objects.ToFrozenDictionary(o => (o.Connection, o.Object));
        _stopping = reasons.SelectMany(r => r.Stops.Select(f => (Flow: f, r.Name))).GroupBy(x => x.Flow, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Select(x => x.Name).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    /// <summary>Nobody is suppressed.</summary>
    public static SuppressionRules None { get; } = new([], [], []);

    /// <summary>The reasons.</summary>
    public IReadOnlyList<SuppressionReason> Reasons { get; }

    /// <summary>How suppressed records are told, by object.</summary>
    public IReadOnlyList<SuppressedObject> Objects { get; }

    /// <summary>The signals that put an address on the list.</summary>
    public IReadOnlyList<SuppressionSignal> Signals { get; }

    /// <summary>A hash over what signals mean, lower-case hex: signals that were stored before are looked through once under each.</summary>
    public string SignalsHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Signals
        .Select(s => string.Join('\t', [s.Kind, s.Means, s.Column ?? "", string.Join('|', s.EmailColumns), string.Join('|', s.Values)])).Order(StringComparer.Ordinal)))));

    /// <summary>How suppressed records of an object are told; null when none is.</summary>
    public SuppressedObject? Of(string connection, string @object) => _objects.GetValueOrDefault((connection, @object));

    /// <summary>The names of the reasons that stop a flow; empty when none does.</summary>
    public IReadOnlySet<string> Stopping(string flow) => _stopping.GetValueOrDefault(flow) ?? FrozenSet<string>.Empty;

    /// <summary>How suppressed records are told where that matters to a flow; null when the flow stops for nobody of that object.</summary>
    public SuppressedObject? For(Flow flow, string connection, string @object) => Stopping(flow.Name).Count == 0 ? null : Of(connection, @object);
}
