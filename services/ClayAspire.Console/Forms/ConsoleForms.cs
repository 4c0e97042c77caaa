using ClayAspire.Console.Api;
using ClayAspire.Console.Components;
using ClayAspire.Console.Kpis;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Pages;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.People;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>
/// What the pages' forms post to: do it, leave a message, go to the page that shows the result. Binding a form checks the antiforgery token.
/// </summary>
internal static class ConsoleForms
{
    private static readonly TimeSpan ThemeLasts = TimeSpan.FromDays(365);

    public static void MapConsoleForms(this WebApplication app)
    {
        var open = app.MapGroup("").ExcludeFromDescription();
        open.MapPost(ConsoleSecurity.SignInPath, SignInAsync).AllowAnonymous();
        open.MapPost("/theme", ChangeTheme).AllowAnonymous();

        var forms = app.MapGroup("").RequireAuthorization(Access.Read).ExcludeFromDescription();
        forms.MapPost("/sign-out", SignOutAsync);
        forms.MapPost("/plans", OrderPlanAsync).RequireAuthorization(Access.MakePlans);
        forms.MapPost("/plans/{id:guid}/approve", ApproveAsync);
        forms.MapPost("/plans/{id:guid}/refuse", RefuseAsync);
        forms.MapPost("/plans/{id:guid}/decline", DeclineAsync);
        forms.MapPost("/plans/{id:guid}/drift", LookForDriftAsync).RequireAuthorization(Access.MakePlans);
        forms.MapPost("/runs/{id:guid}/undo", UndoAsync).RequireAuthorization(Access.MakePlans);
        forms.MapPost("/runs/{id:guid}/cancel", CancelAsync);
        forms.MapPost("/flows/{name}/switch", SwitchFlowAsync).RequireAuthorization(Access.SwitchFlows);
        forms.MapPost("/kpis/snapshot", TakeSnapshotAsync).RequireAuthorization(Access.TakeSnapshots);
        forms.MapPost("/mirror/refresh", RefreshMirrorAsync).RequireAuthorization(Access.RefreshMirror);

        forms.MapPost("/drift/sample", SampleDriftAsync).RequireAuthorization(Access.SampleDrift);
        forms.MapPost("/discrepancies/check", CheckFormulasAsync).RequireAuthorization(Access.CheckFormulas);
        forms.MapPost("/discrepancies/{id:guid}/accept", AcceptDiscrepancyAsync).RequireAuthorization(Access.AcceptDiscrepancies);

        forms.MapPost("/jobs/{id:long}/replay", ReplayJobAsync).RequireAuthorization(Access.ReplayJobs);
        forms.MapContractForms();
        forms.MapSuppressionForms();
        forms.MapBacktestForms();
        forms.MapPermissionForms();
        forms.MapExportForms();

        forms.MapGet("/plans/{id:guid}/making", MakingAsync);
        forms.MapGet("/plans/{id:guid}/drift", DriftAsync);
        forms.MapGet("/runs/{id:guid}/progress", ProgressAsync);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, PersonStore people, ILoggerFactory loggers, [FromForm] string? userName, [FromForm] string? password, [FromForm] string? returnUrl, CancellationToken cancel)
    {
        var log = loggers.CreateLogger(typeof(ConsoleForms));
        var result = string.IsNullOrWhiteSpace(userName) || string.IsNullOrEmpty(password)
            ? new SignInResult(null, new Reason("wrong-credentials", "Give a user name and a password."))
            : await people.SignInAsync(userName.Trim(), password, cancel);
        if (result.Person is not { } person)
        {
            LogMessages.SignInRefused(log, result.Refusal!.Code);
            Flash.Set(http, "bad", result.Refusal.Text);
            return Results.LocalRedirect(ConsoleSecurity.SignInPath + QueryString.Create("returnUrl", Local(returnUrl)));
        }
        LogMessages.SignedIn(log, person.UserName);
        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme,
            ConsoleSecurity.Principal(person, CookieAuthenticationDefaults.AuthenticationScheme), new AuthenticationProperties { IsPersistent = false });
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, [FromForm] string? _)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.LocalRedirect(ConsoleSecurity.SignInPath);
    }

    private static IResult ChangeTheme(HttpContext http, [FromForm] string? theme, [FromForm] string? returnUrl)
    {
        if (Theme.IsKnown(theme))
            http.Response.Cookies.Append(Theme.Cookie, theme!, new CookieOptions { MaxAge = ThemeLasts, SameSite = SameSiteMode.Lax, HttpOnly = true, IsEssential = true, Secure = http.Request.IsHttps });
        return Results.LocalRedirect(Local(returnUrl));
    }

    private static async Task<IResult> OrderPlanAsync(HttpContext http, PlanDesk desk, [FromForm] string? target, CancellationToken cancel)
    {
        // The form offers connection and flow as one choice, so that only pairs of the policy can be chosen.
        var parts = (target ?? "").Split('/', 2);
        var request = await desk.RequestAsync(parts[0], parts.ElementAtOrDefault(1), Caller.Of(http.User), cancel);
        if (request.Refusal is null)
            return Results.LocalRedirect($"/plans/{request.PlanId:D}");
        Flash.Set(http, "bad", request.Refusal.Text);
        return Results.LocalRedirect("/plans/new");
    }

    private static async Task<IResult> UndoAsync(Guid id, HttpContext http, PlanDesk desk, [FromForm] string? _, CancellationToken cancel)
    {
        var request = await desk.RequestUndoAsync(id, Caller.Of(http.User), cancel);
        if (request.Refusal is null)
            return Results.LocalRedirect($"/plans/{request.PlanId:D}");
        Flash.Set(http, "bad", request.Refusal.Text);
        return Results.LocalRedirect($"/runs/{id:D}");
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpContext http, RunDesk desk, [FromForm] string? _, CancellationToken cancel)
    {
        var result = await desk.CancelAsync(id, Caller.Of(http.User), cancel);
        Flash.Set(http, result.Refusal is null ? "good" : "bad", result.Refusal?.Text ?? (RunProgress.IsAtEnd(result.Run!.State)
            ? "Cancelled. Nothing more is sent."
            : "The run ends after the batch under way; nothing more is sent."));
        return Results.LocalRedirect($"/runs/{id:D}");
    }

    private static async Task<IResult> ApproveAsync(Guid id, HttpContext http, PlanDesk desk, [FromForm] PlanDecision form, CancellationToken cancel)
    {
        var ordinals = form.Scope switch
        {
            "all" => null,
            "shown" or "groups" => await desk.ReleasableAsync(id, Filters(http, form), cancel),
            _ => Chosen(form),
        };
        var result = await desk.ApproveAsync(id, form.Hash, ordinals, Caller.Of(http.User), cancel);
        if (result.Refusal is { } refusal)
            Flash.Set(http, "bad", refusal.Text);
        else
            Flash.Set(http, "good", ordinals is null
                ? "Approved. The run writes the changes that need no named approval and reads every one of them back."
                : $"Approved {Show.Number(ordinals.Count)} of the plan's changes. The others are left as they are for now.");
        return Results.LocalRedirect($"/plans/{id:D}");
    }

    private static async Task<IResult> DeclineAsync(Guid id, HttpContext http, PlanDesk desk, [FromForm] PlanDecision form, CancellationToken cancel)
    {
        var ordinals = form.Scope is "shown" or "groups" ? await desk.DeclinableAsync(id, Filters(http, form), cancel) : Chosen(form);
        var refusal = await desk.DeclineAsync(id, form.Hash, ordinals, form.Scope switch { "shown" => form.ShownReason, "groups" => form.GroupsReason, _ => form.ChosenReason }, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad",
            refusal?.Text ?? $"Declined {Show.Number(ordinals.Count)} changes. They are not offered again until their source says something else.");
        return Results.LocalRedirect(TableQuery.From(http.Request).To($"/plans/{id:D}"));
    }

    private static IReadOnlySet<int> Chosen(PlanDecision form) => (form.Ordinals ?? []).ToHashSet();

    /// <summary>What the page showed, or the groups of it that were ticked.</summary>
    private static IEnumerable<CellFilter> Filters(HttpContext http, PlanDecision form)
    {
        var page = CellFilters.Of(TableQuery.From(http.Request), 500);
        return form.Scope == "shown" ? [page] : (form.Groups ?? []).Select(g => CellFilters.Narrowed(page, g)).OfType<CellFilter>();
    }

    private static async Task<IResult> LookForDriftAsync(Guid id, HttpContext http, PlanDesk desk, [FromForm] string? _, CancellationToken cancel)
    {
        if (await desk.LookForDriftAsync(id, Caller.Of(http.User), cancel) is { } refusal)
            Flash.Set(http, "bad", refusal.Text);
        return Results.LocalRedirect($"/plans/{id:D}");
    }

    /// <summary>The fragment that waits for a look for drift; when it is done, the page is loaded anew with what was found.</summary>
    private static async Task<IResult> DriftAsync(Guid id, HttpContext http, PlanDesk desk, CancellationToken cancel)
    {
        if (await desk.DriftJobAsync(id, cancel) is not (JobStates.Available or JobStates.Running))
            http.Response.Headers["HX-Refresh"] = "true";
        return new RazorComponentResult<PlanDriftFact>(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(PlanDriftFact.PlanId)] = id });
    }

    private static async Task<IResult> RefuseAsync(Guid id, HttpContext http, PlanDesk desk, [FromForm] PlanDecision form, CancellationToken cancel)
    {
        var refusal = await desk.RefuseAsync(id, form.Hash, form.Reason, Caller.Of(http.User), cancel);
        if (refusal is not null)
            Flash.Set(http, "bad", refusal.Text);
        else
            Flash.Set(http, "good", "Refused. Nothing of this plan is written; the reason is in the ledger.");
        return Results.LocalRedirect($"/plans/{id:D}");
    }

    private static async Task<IResult> SwitchFlowAsync(string name, HttpContext http, FlowDesk desk, [FromForm] string? to, CancellationToken cancel)
    {
        var paused = to == "paused";
        var refusal = await desk.SwitchAsync(name, paused, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad",
            refusal?.Text ?? (paused ? $"{name} is paused: it makes and applies no plans until somebody resumes it, and a run under way stops after its batch." : $"{name} runs again."));
        return Results.LocalRedirect("/flows");
    }

    private static async Task<IResult> TakeSnapshotAsync(HttpContext http, AnalyticsClient analytics, [FromForm] string? _, CancellationToken cancel)
    {
        var answer = await analytics.TakeSnapshotAsync(cancel);
        Flash.Set(http, answer.Problem is null ? "good" : "bad", answer.Problem?.Text ?? "Snapshot taken; the figures below come from it.");
        return Results.LocalRedirect("/kpis");
    }

    private static async Task<IResult> RefreshMirrorAsync(HttpContext http, MirrorDesk desk, [FromForm] string? connection, CancellationToken cancel)
    {
        var (objects, refusal) = await desk.RefreshAsync(connection, cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? $"Reading {string.Join(" and ", objects)} of {connection} anew.");
        return Results.LocalRedirect("/flows");
    }

    private static async Task<IResult> SampleDriftAsync(HttpContext http, DriftDesk desk, [FromForm] string? connection, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(connection, null, null, Caller.Of(http.User), cancel);
        if (refusal is null)
            return Results.LocalRedirect($"/drift?sample={id:D}");
        Flash.Set(http, "bad", refusal.Text);
        return Results.LocalRedirect("/drift");
    }

    private static async Task<IResult> CheckFormulasAsync(HttpContext http, DiscrepancyDesk desk, [FromForm] string? connection, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(connection, Caller.Of(http.User), cancel);
        if (refusal is null)
            return Results.LocalRedirect($"/discrepancies?check={id:D}");
        Flash.Set(http, "bad", refusal.Text);
        return Results.LocalRedirect("/discrepancies");
    }

    private static async Task<IResult> AcceptDiscrepancyAsync(Guid id, HttpContext http, DiscrepancyDesk desk, [FromForm] string? reason, CancellationToken cancel)
    {
        var refusal = await desk.AcceptAsync(id, reason, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? "Left as it is. Your reason is in the ledger.");
        return Results.LocalRedirect("/discrepancies");
    }

    private static async Task<IResult> ReplayJobAsync(long id, HttpContext http, QueueDesk desk, [FromForm] string? _, CancellationToken cancel)
    {
        var (jobId, refusal) = await desk.ReplayAsync(id, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? $"Job {id} is tried again as job {jobId}.");
        return Results.LocalRedirect("/runs");
    }

    /// <summary>The fragment that waits for a plan to be sealed; when it is, the page goes there by itself.</summary>
    private static async Task<IResult> MakingAsync(Guid id, HttpContext http, PlanDesk desk, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        if (!found.IsPending)
            http.Response.Headers["HX-Refresh"] = "true";
        return new RazorComponentResult<PlanMaking>(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(PlanMaking.Id)] = id });
    }

    /// <summary>The fragment with a run's bar; asked for again until the run is at its end.</summary>
    private static async Task<IResult> ProgressAsync(Guid id, HttpContext http, RunStore runs, CancellationToken cancel)
    {
        if (await runs.FindAsync(id, cancel) is not { } run)
            return Results.NotFound();
        if (RunProgress.IsAtEnd(run.State))
            http.Response.Headers["HX-Trigger"] = "run-ended";
        return new RazorComponentResult<RunProgress>(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(RunProgress.RunId)] = id });
    }

    private static string Local(string? url) => url is { Length: > 0 } && url[0] == '/' && !url.StartsWith("//", StringComparison.Ordinal) && !url.StartsWith("/\\", StringComparison.Ordinal) ? url : "/";
}

/// <summary>What the approve and refuse forms send.</summary>
internal sealed class PlanDecision
{
    /// <summary>The hash that the person saw.</summary>
    public string? Hash { get; set; }

    /// <summary><c>all</c>, <c>chosen</c> (the ticked cells), <c>shown</c> (what the filter shows) or <c>groups</c> (the ticked groups).</summary>
    public string? Scope { get; set; }

    /// <summary>The ticked cells.</summary>
    public List<int>? Ordinals { get; set; }

    /// <summary>The ticked groups, each as <see cref="CellFilters.TextOf"/> spells it.</summary>
    public List<string>? Groups { get; set; }

    /// <summary>Why it is refused.</summary>
    public string? Reason { get; set; }

    /// <summary>Why the ticked cells are declined.</summary>
    public string? ChosenReason { get; set; }

    /// <summary>Why all that the filter shows is declined.</summary>
    public string? ShownReason { get; set; }

    /// <summary>Why the ticked groups are declined.</summary>
    public string? GroupsReason { get; set; }
}
