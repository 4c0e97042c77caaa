using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Permissions;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// The whole policy: field contracts, flows and mappings, under one version. As parsed it is what the files say;
/// <see cref="WithSignatures"/> makes of it what is in force.
/// </summary>
public sealed class PolicySet
{
    /// <summary>Hex digits of a version.</summary>
    internal const int VersionLength = 16;

    private FrozenDictionary<(string, string, string), FieldContract> _contracts;

    /// <summary>Makes a policy from its parts; the parser checks them first.</summary>
    /// <param name="version">Hash over the content of all policy files; stamped on every decision.</param>
    /// <param name="contracts">The field contracts.</param>
    /// <param name="flows">The flows.</param>
    /// <param name="mappings">The mappings, more specific tables first.</param>
    /// <exception cref="ArgumentException">Two contracts name the same field.</exception>
    public PolicySet(string version, IReadOnlyList<FieldContract> contracts, IReadOnlyList<Flow> flows, IReadOnlyList<SourceMapping> mappings)
    {
        Version = version;
        FilesVersion = version;
        Contracts = contracts;
        Flows = flows;
        Mappings = mappings;
        _contracts = ByField(contracts);
    }

    /// <summary>
    /// Stamped on every decision. A hash over the content of all policy files and, where people's signatures make statuses that the files do
    /// not say, over these too: two policies that decide differently never share a version.
    /// </summary>
    public string Version { get; private set; }

    /// <summary>Hash over the content of all policy files alone.</summary>
    public string FilesVersion { get; }

    /// <summary>When a signature that is in force ends, so that this policy is no longer the one in force; null when none will.</summary>
    public DateTimeOffset? EndsAt { get; private set; }

    /// <summary>Contracts that are less than their file says, and what to do about it.</summary>
    public IReadOnlyList<PolicyProblem> Unsigned { get; private set; } = [];

    /// <summary>All field contracts.</summary>
    public IReadOnlyList<FieldContract> Contracts { get; private set; }

    /// <summary>All flows.</summary>
    public IReadOnlyList<Flow> Flows { get; }

    /// <summary>All mappings.</summary>
    public IReadOnlyList<SourceMapping> Mappings { get; }

    /// <summary>How the users of each connection are told apart.</summary>
    public IReadOnlyDictionary<string, EditorRules> Editors { get; init; } = FrozenDictionary<string, EditorRules>.Empty;

    /// <summary>What the integration user of each connection is to have.</summary>
    public IReadOnlyDictionary<string, PermissionExpectation> Permissions { get; init; } = FrozenDictionary<string, PermissionExpectation>.Empty;

    /// <summary>Who looks after which kind of trouble.</summary>
    public Escalation Escalation { get; init; } = Escalation.Seed;

    /// <summary>Who is left alone, why, and by which flows.</summary>
    public SuppressionRules Suppression { get; init; } = SuppressionRules.None;

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

    /// <summary>The policy in force: every contract with the status that the files and people's signatures give it.</summary>
    /// <param name="book">What people signed, and which contracts must be signed.</param>
    /// <param name="now">The time; signatures end by the clock.</param>
    public PolicySet WithSignatures(ContractBook book, DateTimeOffset now)
    {
        var standings = Contracts.Select(AsInFile).Select(c => (Contract: c, Standing: ContractLife.Stand(c, book, now))).ToList();
        // A copy, so that whatever else a policy has goes along.
        var policy = (PolicySet)MemberwiseClone();
        policy.Version = VersionOf(standings.Select(s => (s.Contract.Key, s.Contract.Status, s.Standing.Status)));
        policy.Contracts = [.. standings.Select(s => s.Contract with { Status = s.Standing.Status, Standing = s.Standing })];
        policy._contracts = ByField(policy.Contracts);
        policy.EndsAt = standings.Min(s => s.Standing.EndsAt);
        policy.Unsigned = [.. standings.Select(s => ContractLife.Problem(s.Contract, s.Standing)).OfType<PolicyProblem>()];
        return policy;
    }

    /// <summary>
    /// The same policy with every contract Active that its file says is Active and that lacks nothing but a signature: what signatures would
    /// bring. For trials; never what is in force.
    /// </summary>
    public PolicySet AsIfSigned()
    {
        var policy = (PolicySet)MemberwiseClone();
        policy.Contracts = [.. Contracts.Select(c => c is { Status: ContractStatus.PendingLegal, Standing.FileStatus: ContractStatus.Active } ? c with { Status = ContractStatus.Active } : c)];
        policy._contracts = ByField(policy.Contracts);
        policy.Version = VersionOf(policy.Contracts.Select(c => (c.Key, c.Standing?.FileStatus ?? c.Status, c.Status)));
        return policy;
    }

    private static FrozenDictionary<(string, string, string), FieldContract> ByField(IEnumerable<FieldContract> contracts) =>
        contracts.ToFrozenDictionary(c => (c.Connection, c.Object, c.Field));

    private static FieldContract AsInFile(FieldContract contract) =>
        contract.Standing is { } standing ? contract with { Status = standing.FileStatus, Standing = null } : contract;

    private string VersionOf(IEnumerable<(ContractKey Key, ContractStatus File, ContractStatus Status)> statuses)
    {
        var others = statuses.Where(s => s.Status != s.File).Select(s => $"{s.Key}\t{s.Status}").Order(StringComparer.Ordinal).ToList();
        return others.Count == 0
            ? FilesVersion
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', others.Prepend(FilesVersion)))))[..VersionLength];
    }
}
