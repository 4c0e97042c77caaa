using System.Collections.Frozen;
using ClayAspire.Domain.Edits;

namespace ClayAspire.Domain.Policy;

/// <summary>The whole policy in force: field contracts, flows and mappings, under one version.</summary>
public sealed class PolicySet
{
    private readonly FrozenDictionary<(string, string, string), FieldContract> _contracts;

    /// <summary>Makes a policy from its parts; the parser checks them first.</summary>
    /// <param name="version">Hash over the content of all policy files; stamped on every decision.</param>
    /// <param name="contracts">The field contracts.</param>
    /// <param name="flows">The flows.</param>
    /// <param name="mappings">The mappings, more specific tables first.</param>
    /// <exception cref="ArgumentException">Two contracts name the same field.</exception>
    public PolicySet(string version, IReadOnlyList<FieldContract> contracts, IReadOnlyList<Flow> flows, IReadOnlyList<SourceMapping> mappings)
    {
        Version = version;
        Contracts = contracts;
        Flows = flows;
        Mappings = mappings;
        _contracts = contracts.ToFrozenDictionary(c => (c.Connection, c.Object, c.Field));
    }

    /// <summary>Hash over the content of all policy files.</summary>
    public string Version { get; }

    /// <summary>All field contracts.</summary>
    public IReadOnlyList<FieldContract> Contracts { get; }

    /// <summary>All flows.</summary>
    public IReadOnlyList<Flow> Flows { get; }

    /// <summary>All mappings.</summary>
    public IReadOnlyList<SourceMapping> Mappings { get; }

    /// <summary>How the users of each connection are told apart.</summary>
    public IReadOnlyDictionary<string, EditorRules> Editors { get; init; } = FrozenDictionary<string, EditorRules>.Empty;

    /// <summary>Who looks after which kind of trouble.</summary>
    public Escalation Escalation { get; init; } = Escalation.Seed;

    /// <summary>The connections that any contract names.</summary>
    public IEnumerable<string> Connections => Contracts.Select(c => c.Connection).Distinct(StringComparer.Ordinal);

    /// <summary>The contract of one field, or null when the field is outside the allowlist.</summary>
    public FieldContract? Contract(string connection, string @object, string field) =>
        _contracts.GetValueOrDefault((connection, @object, field));

    /// <summary>How the users of a connection are told apart; rules that know nobody but us when the policy does not say.</summary>
    public EditorRules EditorsOf(string connection) => Editors.GetValueOrDefault(connection) ?? EditorRules.NoneFor(connection);

    /// <summary>The flow of that name.</summary>
    /// <exception cref="KeyNotFoundException">No flow has that name.</exception>
    public Flow Flow(string name) =>
        FindFlow(name) ?? throw new KeyNotFoundException($"The policy has no flow '{name}'; it has {string.Join(", ", Flows.Select(f => f.Name))}.");

    /// <summary>The flow of that name, or null.</summary>
    public Flow? FindFlow(string name) => Flows.FirstOrDefault(f => f.Name == name);

    /// <summary>The mapping for a table of a source: its own, or the source's default; null when the source has neither.</summary>
    public SourceMapping? Mapping(string source, string table, string kind) =>
        Mappings.FirstOrDefault(m => m.Source == source && m.Table == table && m.Kinds.Contains(kind))
        ?? Mappings.FirstOrDefault(m => m.Source == source && m.Table == "*" && m.Kinds.Contains(kind));
}
