using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>What the forms on a contract's page post to.</summary>
internal static class ContractForms
{
    public static void MapContractForms(this RouteGroupBuilder forms)
    {
        foreach (var action in Enum.GetValues<SignatureAction>())
            forms.MapPost($"/contracts/{{connection}}/{{object}}/{{field}}/{ContractWords.Of(action).Path}",
                (string connection, string @object, string field, HttpContext http, ContractDesk desk, [FromForm] ContractForm? form, CancellationToken cancel) =>
                    PostAsync(http, desk, new ContractKey(connection, @object, field), action, form ?? new ContractForm(), cancel));
    }

    /// <summary>The page of a contract.</summary>
    public static string Path(ContractKey key) =>
        $"/contracts/{Uri.EscapeDataString(key.Connection)}/{Uri.EscapeDataString(key.Object)}/{Uri.EscapeDataString(key.Field)}";

    private static async Task<IResult> PostAsync(HttpContext http, ContractDesk desk, ContractKey key, SignatureAction action, ContractForm form, CancellationToken cancel)
    {
        var caller = Caller.Of(http.User);
        DateOnly? until = null;
        Reason? refusal = null;
        if (!string.IsNullOrWhiteSpace(form.ExpiresOn))
        {
            if (DateOnly.TryParseExact(form.ExpiresOn.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                until = day;
            else
                refusal = new Reason("bad-expiry", $"'{form.ExpiresOn}' is no day. Write it as 2027-12-31, or leave it out.");
        }
        refusal ??= await desk.SetDownAsync(key, new ContractRequest(action, caller.UserName, caller.Roles, form.Hash, form.Basis, until, form.Reason), cancel);
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? ContractWords.Of(action).Done);
        return Results.LocalRedirect(refusal?.Code == "contract-unknown" ? "/contracts" : Path(key));
    }
}

/// <summary>What the forms of a contract send.</summary>
internal sealed class ContractForm
{
    /// <summary>The hash that the person saw.</summary>
    public string? Hash { get; set; }

    /// <summary>The legal basis of a signature.</summary>
    public string? Basis { get; set; }

    /// <summary>The last day of a signature; blank for no end.</summary>
    public string? ExpiresOn { get; set; }

    /// <summary>Why.</summary>
    public string? Reason { get; set; }
}
