using System.Collections.Frozen;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Writeback;

/// <summary>A person's yes to a plan's hash, for all of its changes or some.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Hash">The hash that the person saw.</param>
/// <param name="Approver">User name; <c>policy</c> for a pre-authorised flow.</param>
/// <param name="Roles">The approver's roles.</param>
/// <param name="At">When.</param>
/// <param name="Ordinals">The changes approved, each by name; null for all that need no named approval.</param>
/// <param name="Declined">Changes that a person has declined before; never released.</param>
public sealed record Approval(
    Guid PlanId, string Hash, string Approver, IReadOnlyList<string> Roles, DateTimeOffset At, IReadOnlySet<int>? Ordinals = null, IReadOnlySet<int>? Declined = null)
{
    /// <summary>Whether it covers a change: named, or in need of no name; and not declined.</summary>
    /// <param name="ordinal">The change.</param>
    /// <param name="needsName">Whether only an approval that names the change releases it.</param>
    public bool Covers(int ordinal, bool needsName) =>
        (Ordinals is null ? !needsName : Ordinals.Contains(ordinal)) && (Declined is null || !Declined.Contains(ordinal));
}

/// <summary>A plan with its approval: the only thing that apply accepts.</summary>
public sealed class ReleasedPlan
{
    internal ReleasedPlan(Plan plan, Approval approval)
    {
        Plan = plan;
        // Copies: what was approved does not change with the caller's sets.
        Approval = approval with { Ordinals = approval.Ordinals?.ToFrozenSet(), Declined = approval.Declined?.ToFrozenSet() };
    }

    /// <summary>The plan.</summary>
    public Plan Plan { get; }

    /// <summary>Who released it.</summary>
    public Approval Approval { get; }

    /// <summary>The changes that were approved.</summary>
    public IEnumerable<PlannedCell> Changes => Plan.Changes.Where(c => Approval.Covers(c.Ordinal, c.NeedsNamedApproval));
}

/// <summary>A plan released, or the reason why not: exactly one of the two.</summary>
/// <param name="Plan">The released plan.</param>
/// <param name="Refusal">Why it was not released.</param>
public sealed record ReleaseResult(ReleasedPlan? Plan, Reason? Refusal);

/// <summary>Turns a plan and an approval into a <see cref="ReleasedPlan"/>, or says why not.</summary>
public static class Release
{
    /// <summary>The approver's name of a pre-authorised flow.</summary>
    public const string PolicyApprover = "policy";

    /// <summary>The role that may do everything.</summary>
    public const string AdminRole = "Admin";

    /// <summary>Checks hash, expiry, role, four eyes and scope.</summary>
    /// <param name="plan">The plan as loaded from storage; its hash is computed anew, so an altered plan shows.</param>
    /// <param name="storedHash">The hash stored when the plan was sealed.</param>
    /// <param name="approval">The approval.</param>
    /// <param name="flow">The plan's flow under the policy in force.</param>
    /// <param name="now">The time of the check.</param>
    public static ReleaseResult Check(Plan plan, string storedHash, Approval approval, Flow flow, DateTimeOffset now) =>
        WhyNot(plan.Outline(), storedHash, approval, flow, now) is { } refusal ? new ReleaseResult(null, refusal) : new ReleaseResult(new ReleasedPlan(plan, approval), null);

    /// <summary>The same check on the plan's outline: why it is not released, or null when it is.</summary>
    /// <param name="plan">The plan's outline, its hash computed anew from the stored cells.</param>
    /// <param name="storedHash">The hash stored when the plan was sealed.</param>
    /// <param name="approval">The approval.</param>
    /// <param name="flow">The plan's flow under the policy in force.</param>
    /// <param name="now">The time of the check.</param>
    public static Reason? WhyNot(PlanOutline plan, string storedHash, Approval approval, Flow flow, DateTimeOffset now)
    {
        static Reason No(string code, string text) => new(code, text);

        var head = plan.Head;
        if (plan.Hash != storedHash)
            return No("plan-altered", "The stored plan no longer has the hash it was sealed with. Make a new plan, and look into who changed the stored one.");
        if (approval.PlanId != head.Id || approval.Hash != plan.Hash)
            return No("wrong-hash", "The approval names another hash than the plan has. Reload the plan and approve what you see.");
        if (now >= head.ExpiresAt)
            return No("plan-expired", $"The plan expired at {head.ExpiresAt:u}. Make a new plan.");
        if (plan.Changes == 0)
            return No("nothing-to-apply", "The plan has no change to apply.");
        if (IsByPolicy(head.Kind, flow) && plan.HasPlainChanges)
        {
            if (approval.Approver != PolicyApprover)
                return No("pre-authorised", "This flow is released by policy, not by a person.");
            if (approval.Ordinals is not null)
                return No("needs-a-person", "The policy releases what needs no named approval, and never names a cell.");
        }
        else
        {
            if (approval.Approver == PolicyApprover)
                return No("needs-a-person", head.Kind == PlanKind.Undo
                    ? $"An undo must be released by a person with role '{flow.ReleaseRole}'."
                    : $"This plan of flow '{flow.Name}' must be released by a person with role '{flow.ReleaseRole}'.");
            if (!approval.Roles.Contains(flow.ReleaseRole) && !approval.Roles.Contains(AdminRole))
                return No("wrong-role", $"Only role '{flow.ReleaseRole}' releases flow '{flow.Name}'.");
            if (flow.FourEyes && approval.Approver == head.Author)
                return No("four-eyes", "This flow asks for four eyes: somebody other than the plan's author must approve.");
        }
        if (approval.Ordinals is { } ordinals)
        {
            if (ordinals.Count == 0 || !ordinals.All(plan.IsChange))
                return No("unknown-cells", "The approval names cells that are no changes of this plan.");
            if (approval.Declined is { } declined && ordinals.Any(declined.Contains))
                return No("cells-declined", "The approval names cells that were declined before. Reload the plan and choose among the others.");
        }
        if (plan.CoveredBy(approval).Any())
            return null;
        return approval.Declined is { } no && no.Count(plan.IsChange) == plan.Changes
            ? No("nothing-to-apply", "Every change of this plan was declined.")
            : No("needs-named-approval", "Each change left in this plan replaces a value or has a low confidence. Name the cells that you approve: select them one by one.");
    }

    /// <summary>Whether the policy itself releases the plan's plain changes. What policy wrote by itself, only a person takes back.</summary>
    public static bool IsByPolicy(PlanKind kind, Flow flow) => flow.Release == ReleaseMode.PreAuthorised && kind == PlanKind.Writeback;
}
