using ClayAspire.Ingestion.Parsing;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Ingestion;

/// <summary>Every refusal of this service as RFC 9457 problem details: a stable <c>code</c>, what is wrong, and the remedy.</summary>
internal static class Problems
{
    public static ProblemDetails Unauthenticated { get; } = Of(StatusCodes.Status401Unauthorized, "unauthenticated", "No valid key.",
        "Send an API key in 'x-clay-webhook-auth' or as 'Authorization: Bearer <key>'. Keys are made in the console by IT Infra.");

    public static ProblemDetails SmartleadUnauthenticated { get; } = Of(StatusCodes.Status401Unauthorized, "unauthenticated", "No valid key, signature or secret_key.",
        "Sign with 'X-Smartlead-Signature: sha256=<HMAC of the body>' using a secret of Ingestion:SmartleadSecrets, or send an API key as 'Authorization: Bearer <key>', or put secret_key into the body.");

    public static ProblemDetails SignatureWrong { get; } = Of(StatusCodes.Status401Unauthorized, "signature-wrong", "The signature does not match the body.",
        "Check that Ingestion:SmartleadSecrets holds the webhook's secret and that nothing between Smartlead and this service changes the body.");

    public static ProblemDetails ScopeMissing(string scope) => Of(StatusCodes.Status403Forbidden, "scope-missing", $"This key lacks the scope '{scope}'.",
        "Use a key with that scope, or have IT Infra make one.");

    public static ProblemDetails TableName { get; } = Of(StatusCodes.Status400BadRequest, "table-name", "The table's name cannot be used.",
        "Use 1 to 100 letters, digits, dots, hyphens and underscores, starting with a letter or digit.");

    public static ProblemDetails Format { get; } = Of(StatusCodes.Status400BadRequest, "format-unknown", "The format is not known.",
        "Use format=csv or format=ndjson.");

    public static ProblemDetails Delimiter { get; } = Of(StatusCodes.Status400BadRequest, "delimiter", "The delimiter must be one character, and neither a quote nor a line break.",
        "Leave delimiter out to have it found from the header, or give one character such as %3B for a semicolon.");

    public static ProblemDetails Form { get; } = Of(StatusCodes.Status415UnsupportedMediaType, "form-not-supported", "The body must be the file itself, not a form.",
        "Send the raw bytes, for example: curl --data-binary @rows.csv (not -F).");

    public static ProblemDetails ImportUnknown { get; } = Of(StatusCodes.Status404NotFound, "import-unknown", "There is no import with this id.",
        "Use the location that POST /v1/files answered.");

    public static ProblemDetails TooManyRequests { get; } = Of(StatusCodes.Status429TooManyRequests, "too-many-requests", "This key sends more requests than Ingestion:RequestsPerMinute allows.",
        "Wait for the seconds that Retry-After names, and send rows in arrays or as a file.");

    public static ProblemDetails BodyTooLarge(int limit) => Of(StatusCodes.Status413PayloadTooLarge, "body-too-large", $"The body is larger than {limit} bytes.",
        "Send large amounts as a file to POST /v1/files?table=…&format=csv|ndjson, which is streamed, or split the body.");

    public static ProblemDetails Unreadable(BodyFault fault)
    {
        var where = fault.At is { } at ? $" Fault at line {at.Line}, column {at.Column}{(fault.AfterColumn is null ? "." : $", in or just after the value of '{fault.AfterColumn}'.")}" : "";
        var problem = Of(StatusCodes.Status400BadRequest, fault.Code, fault.Message + where, fault.At is null ? "Nothing was stored. Mend the body and send it again." : JsonPosition.Remedy);
        if (fault.At is { } position)
        {
            problem.Extensions["line"] = position.Line;
            problem.Extensions["column"] = position.Column;
        }
        return problem;
    }

    public static ProblemDetails File(FileFaultException fault, Guid importId)
    {
        var problem = Of(fault.Code == "file-too-large" ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest, fault.Code, fault.Message, null);
        problem.Extensions["importId"] = importId;
        return problem;
    }

    /// <summary>Gives problems that the framework makes a code and a remedy too.</summary>
    public static void Complete(ProblemDetails problem, Exception? fault)
    {
        problem.Detail ??= fault is BadHttpRequestException bad ? bad.Message : null;
        var (code, remedy) = problem.Status switch
        {
            StatusCodes.Status400BadRequest => ("bad-request", "Compare the request with /openapi/v1.json and send it again; nothing was stored."),
            StatusCodes.Status404NotFound => ("not-found", "/openapi/v1.json lists the addresses of this service."),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "/openapi/v1.json lists the methods of each address."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "Name the body's type: application/json or application/x-ndjson for rows, application/json for events, text/csv or application/x-ndjson for files."),
            _ => ("internal-error", "Send the same again: what was stored already counts as a duplicate. The service's log says what happened."),
        };
        problem.Extensions.TryAdd("code", code);
        if (problem.Extensions["code"] as string == code)
            problem.Extensions.TryAdd("remedy", remedy);
    }

    public static IResult Result(ProblemDetails problem) => Results.Problem(problem);

    private static ProblemDetails Of(int status, string code, string detail, string? remedy)
    {
        var problem = new ProblemDetails { Status = status, Type = $"urn:clayaspire:problem:{code}", Detail = detail };
        problem.Extensions["code"] = code;
        if (remedy is not null)
            problem.Extensions["remedy"] = remedy;
        return problem;
    }
}
