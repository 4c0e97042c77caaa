using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;

namespace ClayAspire.Console.Api;

/// <summary>Dead jobs: look, and replay once their cause is mended.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs").RequireAuthorization(Access.ReplayJobs);
        jobs.MapGet("/dead", async (QueueDesk desk, CancellationToken cancel, int page = 1, int size = 50) =>
            PageOf<DeadJob>.Of(await desk.DeadAsync(TableQuery.Bounded(page), size, cancel), j => j)).WithSummary("Jobs that gave up, with the error of every attempt, the latest first.");
        jobs.MapPost("/{id:long}/replay", async (long id, QueueDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
        {
            var (jobId, refusal) = await desk.ReplayAsync(id, Caller.Of(user), cancel);
            return refusal is null ? Results.Accepted(value: new JobReplayed(jobId!.Value)) : Problems.Of(refusal);
        }).WithSummary("Gives a dead job its attempts again; a run that it left failed is taken up again.")
            .Produces<JobReplayed>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
    }
}
