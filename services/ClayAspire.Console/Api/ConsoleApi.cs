using System.Reflection;
using System.Text.Json;
using ClayAspire.Console.Components;
using ClayAspire.Console.Kpis;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using Microsoft.AspNetCore.Antiforgery;

namespace ClayAspire.Console.Api;

/// <summary>The operations API: the same operations as the pages, for programs.</summary>
internal static class ConsoleApi
{
    private static readonly byte[] LineEnd = [(byte)'\n'];

    private static readonly string Version =
        typeof(ConsoleApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void MapConsoleApi(this WebApplication app)
    {
        app.MapGet("/api/info", (ConsoleSettings settings) => new ProductInfo("ClayAspire", Version, settings.Demo))
            .AllowAnonymous().WithTags("Info").WithSummary("Which product this is, and whether it is a demo.");
        var api = app.MapGroup("/api").RequireAuthorization(Access.Read).AddEndpointFilter(CheckOriginAsync);
        api.MapPlans();
        api.MapRuns();
        api.MapJobs();
        api.MapLedger();
        api.MapExplanations();
        api.MapBacktests();
        api.MapDrift();
        api.MapDiscrepancies();
        api.MapPermissions();
        api.MapExports();
        api.MapFlows();
        api.MapContracts();
        api.MapSuppression();
        api.MapFigures();
        app.MapFallback("/api/{**rest}", () => Problems.Of(new Reason("not-found", "There is nothing at this address. The document /openapi/v1.json lists what is."), StatusCodes.Status404NotFound))
            .AllowAnonymous().ExcludeFromDescription();
    }

    private static void MapRuns(this RouteGroupBuilder api)
    {
        var unknown = new Reason("run-unknown", "There is no run with this id.");
        var runs = api.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("/", async (RunStore store, CancellationToken cancel, int page = 1, int size = 50) =>
            PageOf<RunSummary>.Of(await store.ListAsync(TableQuery.Bounded(page), size, cancel), RunSummary.Of)).WithSummary("Runs, newest first.");
        api.MapGet("/runs.csv", (RunStore store, CancellationToken cancel) => Csv.Of("runs", Csv.Pages(n => store.ListAsync(n, 500, cancel)),
            ["id", "plan", "connection", "flow", "state", "planned", "verified", "rejected", "skipped", "api_calls", "queued_at", "started_at", "finished_at", "remark", "cancel_asked_by", "cancel_asked_at"],
            r => [r.Id, r.PlanId, r.Connection, r.Flow, r.State, r.Planned, r.Verified, r.Rejected, r.Skipped, r.ApiCalls, r.QueuedAt, r.StartedAt, r.FinishedAt, r.Remark, r.CancelAskedBy, r.CancelAskedAt]))
            .WithTags("Runs").WithSummary("All runs as CSV.");
        runs.MapGet("/{id:guid}", async (Guid id, RunStore store, CancellationToken cancel) =>
            await store.FindAsync(id, cancel) is { } run ? Results.Ok(RunSummary.Of(run)) : Problems.Of(unknown))
            .WithSummary("One run.").Produces<RunSummary>().ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPost("/{id:guid}/undo", async (Guid id, PlanDesk desk, HttpContext http, CancellationToken cancel) =>
        {
            var request = await desk.RequestUndoAsync(id, Caller.Of(http.User), cancel);
            if (request.Refusal is { } refusal)
                return Problems.Of(refusal);
            var location = $"/api/plans/{request.PlanId:D}";
            return Results.Accepted(location, new PlanOrdered(request.PlanId, location));
        }).RequireAuthorization(Access.MakePlans).WithSummary("Asks for the plan that takes back what this run wrote; it needs approval like any other.")
            .Produces<PlanOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapPost("/{id:guid}/cancel", async (Guid id, RunDesk desk, HttpContext http, CancellationToken cancel) =>
        {
            var result = await desk.CancelAsync(id, Caller.Of(http.User), cancel);
            return result.Refusal is { } refusal ? Problems.Of(refusal) : Results.Accepted($"/api/runs/{id:D}", RunSummary.Of(result.Run!));
        }).WithSummary("Cancels a run: it ends after the batch under way, at once when no worker holds it. Needs the role that releases the flow, or Admin.")
            .Produces<RunSummary>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapGet("/{id:guid}/cells", async (Guid id, RunStore store, string? state, CancellationToken cancel, int page = 1, int size = 100) =>
            await store.FindAsync(id, cancel) is null
                ? Problems.Of(unknown)
                : Results.Ok(PageOf<RunCell>.Of(await store.CellsAsync(id, state, TableQuery.Bounded(page), size, cancel), RunCell.Of)))
            .WithSummary("Its cells with state and reason.").Produces<PageOf<RunCell>>().ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id:guid}/cells.csv", async (Guid id, RunStore store, string? state, CancellationToken cancel) =>
            await store.FindAsync(id, cancel) is null
                ? Problems.Of(unknown)
                : Csv.Of($"run-{id:N}-cells", store.ReadCellsAsync(id, state, cancel),
                    ["ordinal", "object", "record", "field", "old", "new", "state", "reason_code", "reason", "sent_at", "verified_at"],
                    c => [c.Ordinal, c.Object, c.RecordId, c.Field, c.OldValue, c.NewValue, c.State, c.ReasonCode, c.Reason, c.SentAt, c.VerifiedAt]))
            .WithSummary("The same as CSV.");
    }

    private static void MapLedger(this RouteGroupBuilder api)
    {
        var ledger = api.MapGroup("/ledger/{connection}").WithTags("Ledger").AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var name = (string)http.Request.RouteValues["connection"]!;
            var policy = http.RequestServices.GetRequiredService<PolicySource>();
            var known = policy.Current.Connections.Contains(name, StringComparer.Ordinal)
                || (await http.RequestServices.GetRequiredService<LedgerStore>().ConnectionsAsync(http.RequestAborted)).Contains(name, StringComparer.Ordinal);
            return known ? await next(context) : Problems.Of(new Reason("ledger-unknown", $"There is no ledger of a connection '{name}'."));
        });
        ledger.MapGet("/entries", (string connection, LedgerStore store, CancellationToken cancel, long after = 0, int limit = 100) =>
            store.PageAsync(connection, after, Math.Clamp(limit, 1, 500), cancel)).WithSummary("Entries in order, after a sequence.");
        ledger.MapGet("/export", (string connection, LedgerStore store, CancellationToken cancel) =>
            Results.Stream(async body =>
            {
                await foreach (var entry in store.ReadAsync(connection, 0, cancel))
                {
                    await JsonSerializer.SerializeAsync(body, entry, JsonSerializerOptions.Web, cancel);
                    await body.WriteAsync(LineEnd, cancel);
                }
            }, "application/x-ndjson", $"ledger-{connection}.ndjson")).WithSummary("The whole ledger, one entry a line, for a check offline.");
        ledger.MapGet("/verify", (string connection, LedgerStore store, CancellationToken cancel) => store.VerifyAsync(connection, cancel))
            .WithSummary("Checks the hash chain from its first entry.");
        ledger.MapGet("/anchor", async (string connection, LedgerDesk desk, CancellationToken cancel) =>
        {
            var (anchor, refusal) = await desk.AnchorAsync(connection, cancel);
            return refusal is null ? Results.Ok(anchor) : Problems.Of(refusal);
        }).WithSummary("An anchor of the chain's end as it is now; it is not kept here. Keep it where the database cannot be reached from.")
            .Produces<LedgerAnchor>().ProducesProblem(StatusCodes.Status409Conflict);
        ledger.MapGet("/anchors/last", async (string connection, LedgerDesk desk, CancellationToken cancel) =>
        {
            var (last, refusal) = await desk.LastAnchorAsync(connection, cancel);
            return refusal is null ? Results.Ok(last) : Problems.Of(refusal);
        }).WithSummary("The last daily anchor in the folder, whether the ledger still holds its entry, and how many entries came since.")
            .Produces<AnchorStanding>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static void MapFlows(this RouteGroupBuilder api)
    {
        var flows = api.MapGroup("/flows").WithTags("Flows");
        flows.MapGet("/", async (FlowDesk desk, CancellationToken cancel) => (await desk.ListAsync(cancel)).Select(Summary)).WithSummary("The flows of the policy and their switches.");
        foreach (var (verb, paused) in new[] { ("pause", true), ("resume", false) })
            flows.MapPost($"/{{name}}/{verb}", async (string name, FlowDesk desk, HttpContext http, CancellationToken cancel) =>
                await desk.SwitchAsync(name, paused, Caller.Of(http.User), cancel) is { } refusal ? Problems.Of(refusal) : Results.NoContent())
                .RequireAuthorization(Access.SwitchFlows).WithSummary(paused ? "Pauses a flow: it makes and applies no plans; a run under way stops after its batch." : "Resumes a flow.")
                .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/mirror/refresh", async (MirrorOrder order, MirrorDesk desk, CancellationToken cancel) =>
        {
            var (objects, refusal) = await desk.RefreshAsync(order.Connection, cancel);
            return refusal is null ? Results.Accepted(value: new MirrorOrdered(order.Connection!, objects)) : Problems.Of(refusal);
        }).RequireAuthorization(Access.RefreshMirror).WithTags("Mirror").WithSummary("Asks the worker to read changed records.")
            .Produces<MirrorOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/plans.csv", (PlanStore plans, string? connection, string? flow, string? state, CancellationToken cancel) =>
            Csv.Of("plans", Csv.Pages(n => plans.ListAsync(new PlanFilter(connection, flow, state, n, 500), cancel)),
                ["id", "connection", "flow", "state", "author", "sealed_at", "expires_at", "changes", "keeps", "holds", "refusals", "api_calls", "credits", "apply_seconds", "policy_version", "hash"],
                p => [p.Id, p.Connection, p.Flow, p.State, p.Author, p.SealedAt, p.ExpiresAt, p.Changes, p.Keeps, p.Holds, p.Refusals, p.ApiCalls, p.Credits, p.ApplySeconds, p.PolicyVersion, p.Hash]))
            .WithTags("Plans").WithSummary("Plans as CSV.");
    }

    private static void MapFigures(this RouteGroupBuilder api)
    {
        api.MapGet("/kpis", async (AnalyticsClient analytics, CancellationToken cancel) => Answer(await analytics.KpiDocumentAsync(cancel), StatusCodes.Status200OK))
            .WithTags("Figures").WithSummary("The indicators with the snapshot that they come from, as the analytics service wrote them.");
        api.MapGet("/kpis.csv", async (AnalyticsClient analytics, CancellationToken cancel) =>
        {
            var answer = await analytics.KpisAsync(cancel);
            return answer.Board is { } board ? KpiCsv.Of(board) : Problems.Of(answer.Problem!);
        }).WithTags("Figures").WithSummary("Every figure, series and segment as CSV.");
        api.MapPost("/snapshots", async (AnalyticsClient analytics, CancellationToken cancel) => Answer(await analytics.TakeSnapshotAsync(cancel), StatusCodes.Status201Created))
            .RequireAuthorization(Access.TakeSnapshots).WithTags("Figures").WithSummary("Takes a snapshot and computes the figures anew.");
    }

    private static IResult Answer(AnalyticsAnswer answer, int status) =>
        answer.Document is { } document ? Results.Json(document, statusCode: status) : Problems.Of(answer.Problem!);

    private static FlowSummary Summary(FlowState state) => new(
        state.Flow.Name, state.Flow.Connections, state.Flow.Signals, [.. state.Flow.Fields.Select(f => $"{f.Object}.{f.Field}")],
        state.Flow.Release == ReleaseMode.PreAuthorised ? "pre-authorised" : "approval", state.Flow.ReleaseRole, state.Flow.FourEyes,
        state.Flow.DailyAt?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture), state.Flow.ExpiresAfter.TotalHours, state.Paused,
        Flow.KindName(state.Flow.Kind), state.Flow.Cadence);

    /// <summary>A browser sends its cookie by itself, so a write with a cookie needs the antiforgery token too (header X-CSRF-TOKEN); a key is proof enough.</summary>
    private static async ValueTask<object?> CheckOriginAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)
            && http.User.Identity?.AuthenticationType != ApiKeyHandler.Scheme
            && !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
            return Problems.Of(new Reason("antiforgery", "A write with a cookie needs the header X-CSRF-TOKEN. Programs use an API key instead."), StatusCodes.Status400BadRequest);
        return await next(context);
    }
}
