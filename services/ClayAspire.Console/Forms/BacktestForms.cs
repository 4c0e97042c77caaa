using System.Globalization;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>What the forms of the page Backtest post to.</summary>
internal static class BacktestForms
{
    public static void MapBacktestForms(this RouteGroupBuilder forms)
    {
        forms.MapPost("/backtest", Begin).RequireAuthorization(Access.Backtest);
        forms.MapPost("/backtest/{id:guid}/stop", Stop).RequireAuthorization(Access.Backtest);
    }

    private static IResult Begin(HttpContext http, BacktestRuns runs, [FromForm] BacktestForm? form)
    {
        form ??= new BacktestForm();
        // What is no number is no number of days that is allowed.
        var days = string.IsNullOrWhiteSpace(form.Days) ? (int?)null : int.TryParse(form.Days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var draft = new BacktestDraft(form.Target ?? "", form.Mark ?? "", (form.Text ?? "").ReplaceLineEndings("\n"), days, string.IsNullOrEmpty(form.Connection) ? null : form.Connection);
        var run = runs.Begin(draft, Caller.Of(http.User));
        return Results.LocalRedirect(run.State == BacktestState.Refused ? $"/backtest?from={run.Id:D}" : $"/backtest/{run.Id:D}");
    }

    private static IResult Stop(Guid id, BacktestRuns runs, [FromForm] string? _)
    {
        runs.Stop(id);
        return Results.LocalRedirect($"/backtest/{id:D}");
    }
}

/// <summary>What the form of a backtest sends.</summary>
internal sealed class BacktestForm
{
    /// <summary>The passage of the policy that is edited.</summary>
    public string? Target { get; set; }

    /// <summary>The mark of its file when the person saw it.</summary>
    public string? Mark { get; set; }

    /// <summary>The passage as edited.</summary>
    public string? Text { get; set; }

    /// <summary>Days back.</summary>
    public string? Days { get; set; }

    /// <summary>The connection to look at; blank for all.</summary>
    public string? Connection { get; set; }
}
