using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>A flow of the policy with its switch.</summary>
/// <param name="Flow">The flow.</param>
/// <param name="Paused">Whether it makes and applies no plans for now.</param>
/// <param name="ChangedBy">Who last moved the switch.</param>
/// <param name="ChangedAt">When.</param>
internal sealed record FlowState(Flow Flow, bool Paused, string? ChangedBy, DateTimeOffset? ChangedAt);

/// <summary>The flows and their switches.</summary>
internal sealed class FlowDesk(PolicySource policy, FlowSwitchStore switches, ILogger<FlowDesk> log)
{
    /// <summary>All flows of the policy in force.</summary>
    public async Task<IReadOnlyList<FlowState>> ListAsync(CancellationToken cancel)
    {
        var known = (await switches.ListAsync(cancel)).ToDictionary(s => s.Flow, StringComparer.Ordinal);
        return [.. policy.Current.Flows.Select(f => known.TryGetValue(f.Name, out var s)
            ? new FlowState(f, s.Paused, s.ChangedBy, s.ChangedAt)
            : new FlowState(f, false, null, null))];
    }

    /// <summary>Pauses or resumes a flow; null when done.</summary>
    public async Task<Reason?> SwitchAsync(string name, bool paused, Caller caller, CancellationToken cancel)
    {
        if (policy.Current.FindFlow(name) is not { } flow)
            return new Reason("flow-unknown", "The policy in force has no such flow.");
        if (!flow.MakesPlans)
            return PlanDesk.MakesNoPlans(flow);
        await switches.SetAsync(flow.Name, paused, caller.UserName, cancel);
        LogMessages.FlowSwitched(log, flow.Name, paused, caller.UserName);
        return null;
    }
}
