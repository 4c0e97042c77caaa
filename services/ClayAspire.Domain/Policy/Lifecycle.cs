namespace ClayAspire.Domain.Policy;

/// <summary>One move of a lifecycle.</summary>
/// <param name="From">The stage left; null when the field is blank.</param>
/// <param name="To">The stage entered.</param>
public readonly record struct LifecycleMove(string? From, string To);

/// <summary>The stages of a record's life and the moves between them (seed 2, "Lifecycle management vs enrichment cadence").</summary>
/// <param name="Name">The lifecycle's name, as contracts cite it.</param>
/// <param name="Stages">Its stages, the earliest first, spelled as the CRM stores them.</param>
/// <param name="Moves">The moves that are allowed; any other is not made.</param>
public sealed record Lifecycle(string Name, IReadOnlyList<string> Stages, IReadOnlyList<LifecycleMove> Moves)
{
    /// <summary>Whether a record may go from one stage to another in one move.</summary>
    /// <param name="from">The stage left; null when the field is blank.</param>
    /// <param name="to">The stage entered.</param>
    public bool Allows(string? from, string to) => Moves.Contains(new LifecycleMove(from, to));

    /// <summary>The stages that can be entered from one.</summary>
    /// <param name="from">The stage left; null when the field is blank.</param>
    public IEnumerable<string> From(string? from) => Moves.Where(m => m.From == from).Select(m => m.To);
}
