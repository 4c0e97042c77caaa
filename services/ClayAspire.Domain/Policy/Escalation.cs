namespace ClayAspire.Domain.Policy;

/// <summary>Who looks after one kind of trouble, first to last (seed 1, runbook 4: "Escalation path").</summary>
/// <param name="Trouble">The kind of trouble, such as <c>integration</c>.</param>
/// <param name="Path">Roles, the first to ask first.</param>
/// <param name="Why">The sentence it rests on.</param>
public sealed record EscalationPath(string Trouble, IReadOnlyList<string> Path, string Why);

/// <summary>The roles that own contracts, flows and trouble, and the path that each kind of trouble takes.</summary>
/// <param name="Paths">One path for each kind of trouble.</param>
public sealed record Escalation(IReadOnlyList<EscalationPath> Paths)
{
    /// <summary>The seed's path; in force where no <c>escalation.yaml</c> says otherwise.</summary>
    public static Escalation Seed { get; } = new(
    [
        new("integration", ["CRM Admin", "IT Infra"], "Integration issues: CRM Admin, then IT Infra if connector-level."),
        new("data-quality", ["MARCOM Ops"], "Data quality issues: MARCOM Ops."),
        new("legal", ["DPO"], "Legal and compliance concerns: DPO directly."),
    ]);

    /// <summary>The role to ask first about a kind of trouble; null when there is no path for it.</summary>
    public string? First(string trouble) => Paths.FirstOrDefault(p => p.Trouble == trouble)?.Path[0];

    /// <summary>Every role that some path names.</summary>
    public IReadOnlySet<string> Roles { get; } = Paths.SelectMany(p => p.Path).ToHashSet(StringComparer.Ordinal);
}
