using System.Net;
using System.Text.Json;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Tests;

public sealed class DeadJobTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Theory]
    [InlineData("viewer")]
    [InlineData("marcom")]
    [InlineData("dpo")]
    public async Task Only_those_who_run_the_system_replay_jobs(string user)
    {
        var api = await host.ApiAsync(user);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.GetAsync("/api/jobs/dead")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.PostAsync("/api/jobs/1/replay", null)).StatusCode);
    }

    [Theory]
    [InlineData("it")]
    [InlineData("crm-admin")]
    public async Task A_dead_job_is_listed_with_its_errors_and_its_replay_takes_the_run_up_again(string user)
    {
        var run = await host.World.ApproveAsync(await host.World.AddPlanAsync());
        await using (var db = await host.World.Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync())
            await db.Jobs.Where(j => j.Kind == JobKinds.ApplyPlan && j.State == JobStates.Available).ExecuteUpdateAsync(j => j.SetProperty(x => x.MaxAttempts, 1));
        var queue = host.World.Get<JobQueue>();
        var job = (await queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", TimeSpan.FromMinutes(1), default)).Single();
        Assert.Equal(JobStates.Dead, await queue.FailAsync(job, "InvalidOperationException: the test says so", default));
        Assert.Equal(run, Assert.Single(await host.World.Get<RunStore>().FailStoppedAsync(default)).Id);

        var api = await host.ApiAsync(user);
        var dead = (await JsonAsync(await api.GetAsync("/api/jobs/dead"))).GetProperty("items").EnumerateArray().Single(j => j.GetProperty("id").GetInt64() == job.Id);
        Assert.Contains("the test says so", dead.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        var summary = await JsonAsync(await api.GetAsync($"/api/runs/{run}"));
        Assert.Equal("failed", summary.GetProperty("state").GetString());
        Assert.Contains("replay the job", summary.GetProperty("remark").GetString(), StringComparison.Ordinal);

        var replayed = await api.PostAsync($"/api/jobs/{job.Id}/replay", null);
        Assert.Equal(HttpStatusCode.Accepted, replayed.StatusCode);
        Assert.Equal("queued", (await JsonAsync(await api.GetAsync($"/api/runs/{run}"))).GetProperty("state").GetString());
        var again = await api.PostAsync($"/api/jobs/{job.Id}/replay", null);
        Assert.Equal((HttpStatusCode.NotFound, "job-unknown"), (again.StatusCode, (await JsonAsync(again)).GetProperty("code").GetString()));
        await using var after = await host.World.Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        await after.Jobs.Where(j => j.Kind == JobKinds.ApplyPlan).ExecuteDeleteAsync();
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}
