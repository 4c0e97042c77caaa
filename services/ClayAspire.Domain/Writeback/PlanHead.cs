namespace ClayAspire.Domain.Writeback;

/// <summary>What a plan is, without its cells.</summary>
/// <param name="Id">The plan's id.</param>
/// <param name="Connection">The connection it writes to.</param>
/// <param name="Flow">The flow it was made for.</param>
/// <param name="PolicyVersion">The policy that decided its cells.</param>
/// <param name="Author">Who asked for it: a user name, or <c>scheduler</c>.</param>
/// <param name="SealedAt">When it was sealed.</param>
/// <param name="ExpiresAt">When it can no longer be released.</param>
/// <param name="Cost">What applying it will cost.</param>
/// <param name="UndoesRun">The run that it takes back; null for a plan that writes what candidates offer.</param>
public sealed record PlanHead(
    Guid Id, string Connection, string Flow, string PolicyVersion, string Author, DateTimeOffset SealedAt, DateTimeOffset ExpiresAt, PlanCost Cost, Guid? UndoesRun = null)
{
    /// <summary>What it is for.</summary>
    public PlanKind Kind => UndoesRun is null ? PlanKind.Writeback : PlanKind.Undo;
}
