using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Suppression;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;
using RequestSizeLimitAttribute = Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>What the forms on the page Suppression post to. Addresses travel in bodies alone; the page that follows names an entry by its id.</summary>
internal static class SuppressionForms
{
    public const string Page = "/suppression";

    // A form is a little larger than its file.
    private const int LargestForm = SuppressionFileReader.LargestFile + (64 * 1024);

    public static void MapSuppressionForms(this RouteGroupBuilder forms)
    {
        forms.MapPost(Page, AddAsync).RequireAuthorization(Access.Suppress);
        forms.MapPost($"{Page}/find", FindAsync);
        forms.MapPost($"{Page}/import", ImportAsync).RequireAuthorization(Access.Suppress).WithMetadata(new RequestSizeLimitAttribute(LargestForm));
        forms.MapPost($"{Page}/{{id:long}}/remove", RemoveAsync).RequireAuthorization(Access.LiftSuppression);
    }

    /// <summary>The page with the entries of one subject.</summary>
    public static string Of(long entry) => $"{Page}?entry={entry.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private static async Task<IResult> AddAsync(HttpContext http, SuppressionDesk desk, [FromForm] string? subject, [FromForm] string? reason, [FromForm] string? note, CancellationToken cancel)
    {
        var (entry, isNew, refusal) = await desk.AddAsync(subject, reason, note, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? (isNew
            ? "Listed. Plans made from now on leave it alone, and so do approved plans that are not written yet."
            : "It stood on the list for this reason already."));
        return Results.LocalRedirect(entry is null ? Page : Of(entry.Id));
    }

    private static async Task<IResult> FindAsync(HttpContext http, SuppressionDesk desk, [FromForm] string? subject, CancellationToken cancel)
    {
        var (entries, refusal) = await desk.FindAsync(subject, cancel);
        if (entries.Count > 0)
        {
            if (SuppressionSubject.Read(subject, out _)?.Match != entries[0].Match)
                Flash.Set(http, "info", "It is not listed itself. It is left alone because this domain is.");
            return Results.LocalRedirect(Of(entries[0].Id));
        }
        Flash.Set(http, refusal is null ? "info" : "bad", refusal?.Text ?? "It is not on the list, and never was. Fields of a CRM record may suppress it all the same; see the reasons below.");
        return Results.LocalRedirect(Page);
    }

    private static async Task<IResult> RemoveAsync(long id, HttpContext http, SuppressionDesk desk, [FromForm] string? why, CancellationToken cancel)
    {
        var (_, refusal) = await desk.RemoveAsync(id, why, Caller.Of(http.User), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? "Taken off. What was refused is offered again when its source says something new.");
        return Results.LocalRedirect(refusal?.Code == "suppression-unknown" ? Page : Of(id));
    }

    private static async Task<IResult> ImportAsync(HttpContext http, SuppressionDesk desk, IFormFile? file, [FromForm] string? reason, CancellationToken cancel)
    {
        if (file is null || file.Length == 0)
        {
            Flash.Set(http, "bad", "Choose a CSV file first.");
            return Results.LocalRedirect(Page);
        }
        await using var stream = file.OpenReadStream();
        var (result, refusal) = await desk.ImportAsync(stream, string.IsNullOrEmpty(reason) ? null : reason, Caller.Of(http.User), cancel);
        Flash.Set(http, result is { Refused: 0 } ? "good" : "bad", refusal?.Text ?? Told(result!));
        return Results.LocalRedirect(Page);
    }

    private static string Told(SuppressionImport result)
    {
        var told = $"{Show.Number(result.Rows)} rows: {Show.Number(result.Added)} listed, {Show.Number(result.Stood)} stood already"
            + $"{(result.PassedOver > 0 ? $", {Show.Number(result.PassedOver)} passed over for they were taken off" : "")}, {Show.Number(result.Refused)} refused.";
        return result.Faults.Count == 0 ? told : $"{told} {string.Join(' ', result.Faults.Take(3).Select(f => $"Line {Show.Number(f.Line)}: {f.Text}"))}";
    }
}
