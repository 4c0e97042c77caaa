using ClayAspire.Console.Operations;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Console.Tests;

public sealed class WaitingPlanTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task A_plan_of_holds_and_refusals_waits_for_nobody_and_stays_in_the_list()
    {
        var idle = await host.World.AddPlanAsync(changes: false);
        Assert.DoesNotContain(idle.Cells, c => c.Decision.Verdict == Verdict.Write);
        var overview = host.World.Get<Overview>();
        Assert.Equal(0, await overview.WaitingPlansAsync(default));
        Assert.Empty(await overview.WaitingFlowsAsync(default));

        var session = await Session.SignedInAsync(host, "crm-admin");
        Assert.Contains("Nothing waits for you", await session.PageAsync("/"), StringComparison.Ordinal);
        Assert.DoesNotContain(idle.Id.ToString("D"), await session.PageAsync("/plans?state=sealed"), StringComparison.Ordinal);
        var listed = await session.PageAsync("/plans?state=nothing-to-release");
        Assert.Contains(idle.Id.ToString("D"), listed, StringComparison.Ordinal);
        Assert.Contains("Nothing to release", await session.PageAsync($"/plans/{idle.Id:D}"), StringComparison.Ordinal);

        var plan = await host.World.AddPlanAsync();
        Assert.Equal(1, await overview.WaitingPlansAsync(default));
        Assert.Contains(plan.Id.ToString("D"), await session.PageAsync("/plans?state=sealed"), StringComparison.Ordinal);
    }
}
