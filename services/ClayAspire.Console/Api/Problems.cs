using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Console.Api;

/// <summary>Reasons as problem details (RFC 9457) with the extension <c>code</c>.</summary>
internal static class Problems
{
    /// <summary>The problem for a reason; the status follows from its code.</summary>
    public static IResult Of(Reason reason) => Of(reason, StatusOf(reason.Code));

    /// <summary>The problem for a reason with a status of one's own.</summary>
    public static IResult Of(Reason reason, int status) =>
        Results.Problem(detail: reason.Text, statusCode: status, type: $"urn:clayaspire:problem:{reason.Code}",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = reason.Code });

    /// <summary>The problem of a policy that does not load: the reason, and every fault with file, line and remedy.</summary>
    public static IResult Of(Reason reason, IReadOnlyList<PolicyProblem> problems) =>
        Results.Problem(detail: reason.Text, statusCode: StatusOf(reason.Code), type: $"urn:clayaspire:problem:{reason.Code}",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = reason.Code, ["problems"] = problems });

    /// <summary>The code of a problem that has nothing but a status.</summary>
    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad-request",
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        _ => "internal-error",
    };

    /// <summary>What to do about a problem that has nothing but a status.</summary>
    public static string? RemedyOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "Compare the request with /openapi/v1.json: names, types and the JSON of the body. Nothing was changed.",
        StatusCodes.Status401Unauthorized => "Sign in, or send an API key as 'Authorization: Bearer <key>'.",
        StatusCodes.Status403Forbidden => "Ask somebody with the role that this needs.",
        StatusCodes.Status404NotFound => "/openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => "/openapi/v1.json lists the methods of each address.",
        StatusCodes.Status415UnsupportedMediaType => "Send the body as 'Content-Type: application/json'.",
        _ => null,
    };

    private static int StatusOf(string code) => code switch
    {
        "contract-unknown" or "suppression-unknown" or "plan-unknown" or "plan-pending" or "record-unknown" or "run-unknown" or "job-unknown" or "drift-unknown" or "drift-pending" or "check-unknown" or "check-pending" or "export-unknown" or "permission-audit-unknown" or "permission-audit-pending" or "flow-unknown" or "ledger-unknown" or "backtest-unknown" or "no-anchor-yet" or "no-snapshot-yet" => StatusCodes.Status404NotFound,
        "wrong-role" or "four-eyes" => StatusCodes.Status403Forbidden,
        "wrong-hash" or "plan-altered" or "plan-expired" or "plan-not-open" or "plan-failed" or "policy-changed" or "needs-named-approval" or "cells-declined" or "staging-run-missing" or "run-not-ended" or "nothing-to-undo" or "nothing-to-apply" or "pre-authorised" or "needs-a-person" or "flow-paused"
            or "run-ended" or "cancel-asked" or "ledger-empty" or "ledger-contradicted" or "anchor-altered"
            => StatusCodes.Status409Conflict,
        "reason-missing" or "basis-missing" or "bad-expiry" or "text-too-long" or "bad-status" or "unknown-cells" or "connection-unknown" or "bad-sort" or "bad-verdict" or "bad-kind" or "bad-grouping" or "bad-selection"
            or "bad-outcome" or "bad-editor" or "bad-cells" or "bad-days" or "bad-campaign" or "bad-settlement" or "webhook-unknown" or "bad-area" or "bad-standing" or "permissions-not-stated" or "policy-faulty"
            or "bad-subject" or "bad-state" or "bad-domain" or "bad-file" or "reason-unknown" or "why-missing" => StatusCodes.Status422UnprocessableEntity,
        "policy-too-large" or "file-too-large" => StatusCodes.Status413PayloadTooLarge,
        "analytics-failed" => StatusCodes.Status502BadGateway,
        "analytics-unreachable" or "anchors-unreadable" => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };
}
