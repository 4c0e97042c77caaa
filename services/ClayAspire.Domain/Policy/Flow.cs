namespace ClayAspire.Domain.Policy;

/// <summary>How a flow's plans are released.</summary>
public enum ReleaseMode
{
    /// <summary>Each plan waits for a person of the flow's role (seed: "Manual, human in control").</summary>
    Approval,

    /// <summary>The policy itself is the release (seed: "Automated via connector").</summary>
    PreAuthorised,
}

/// <summary>What a flow does.</summary>
public enum FlowKind
{
    /// <summary>Makes plans and writes to a CRM. The only kind that does.</summary>
    Writeback,

    /// <summary>Reads records of a CRM out, for Clay.</summary>
    Export,

    /// <summary>Reads fields of a CRM and compares them with our own result.</summary>
    ReadOnly,

    /// <summary>Hands records over to a sequencer.</summary>
    Handoff,
}

/// <summary>A field that a flow may write; for a flow of another kind, one that it reads.</summary>
/// <param name="Object">The object's API name.</param>
/// <param name="Field">The field's API name; <c>*</c> means every field of the object.</param>
public readonly record struct FlowField(string Object, string Field);

/// <summary>Which signals lead to which plans, when, and who must release them: one row of the seed's cadence table.</summary>
/// <param name="Name">The flow's name, such as <c>bounce-sync</c>.</param>
/// <param name="Connections">The connections it writes to.</param>
/// <param name="Signals">Kinds of signal that feed it, such as <c>smartlead.reply</c>.</param>
/// <param name="Fields">The fields that it carries.</param>
/// <param name="Release">How its plans are released.</param>
/// <param name="ReleaseRole">The role that releases; for a pre-authorised flow, the role that owns it.</param>
/// <param name="FourEyes">Whether the approver must be someone other than the plan's author.</param>
/// <param name="DailyAt">When the daily plan is made, UTC; null for on demand or at once.</param>
/// <param name="ExpiresAfter">How long an unreleased plan stands before it is planned anew.</param>
public sealed record Flow(
    string Name,
    IReadOnlyList<string> Connections,
    IReadOnlyList<string> Signals,
    IReadOnlyList<FlowField> Fields,
    ReleaseMode Release,
    string ReleaseRole,
    bool FourEyes,
    TimeOnly? DailyAt,
    TimeSpan ExpiresAfter)
{
    /// <summary>What it does. Any kind but <see cref="FlowKind.Writeback"/> makes no plans and carries no field.</summary>
    public FlowKind Kind { get; init; }

    /// <summary>Whether it makes plans.</summary>
    public bool MakesPlans => Kind == FlowKind.Writeback;

    /// <summary>When a flow that makes no plans is carried out, in the words of the seed's cadence table; null for one that does.</summary>
    public string? Cadence { get; init; }

    /// <summary>Where the flow stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>
    /// The connection that a change of the flow's rules must have had a green run on before plans for the flow's other connections are released
    /// (seed 2: "Always test sync rules in staging"); null asks for none.
    /// </summary>
    public string? Staging { get; init; }

    /// <summary>Whether the flow may write this field.</summary>
    public bool Carries(string @object, string field) =>
        MakesPlans && Fields.Any(f => f.Object == @object && (f.Field == "*" || f.Field == field));

    /// <summary>The kind as policy files spell it.</summary>
    public static string KindName(FlowKind kind) => kind switch
    {
        FlowKind.Writeback => "writeback",
        FlowKind.Export => "export",
        FlowKind.ReadOnly => "read-only",
        FlowKind.Handoff => "handoff",
    };
}
