using System.Collections.Frozen;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// Every error code that we know: what to do, who answers for it, and what it means in plain words.
/// Codes from Salesforce's REST guide; the ones without a vendor code are ours and in lower case.
/// </summary>
internal static class SalesforceErrorTable
{
    private const string CrmAdmin = "CRM Admin";
    private const string MarcomOps = "MARCOM Ops";
    private const string ItInfra = "IT Infra";

    public static readonly ErrorRule Unreachable =
        new("unreachable", "network", ErrorAction.Retry, ItInfra, "The CRM cannot be reached. Check its address and the network; it is tried again.") { Status = 0 };

    public static readonly ErrorRule Unavailable =
        new("unavailable", "server", ErrorAction.Retry, ItInfra, "The CRM answered with a fault of its own. It is tried again.") { Status = 500 };

    public static readonly ErrorRule Malformed =
        new("malformed-answer", "server", ErrorAction.Retry, ItInfra, "The CRM's answer cannot be read. Check that the address is the CRM's and no proxy stands between.") { Status = 200 };

    public static readonly ErrorRule TokenRefused =
        new("token-refused", "auth", ErrorAction.Retry, ItInfra, "The CRM refuses tokens that it has just given. It is tried again; if it lasts, check the app's session policies and network restrictions.") { Status = 401 };

    public static readonly ErrorRule BadCredentials =
        new("bad-credentials", "auth", ErrorAction.Stop, ItInfra, "The CRM refused to sign us in. Check ClientId, ClientSecret or key, and the app's run-as user.");

    /// <summary>A bulk job is not in the state that a call is for.</summary>
    public const string InvalidJobState = "INVALIDJOBSTATE";

    /// <summary>How a lock is spelled inside the message of a trigger that met it.</summary>
    private static readonly string[] Locks = ["UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"];

    /// <summary>A duplicate rule found the record like others.</summary>
    public const string Duplicates = "DUPLICATES_DETECTED";

    private static readonly FrozenDictionary<string, ErrorRule> Rules = new ErrorRule[]
    {
        new("INVALID_SESSION_ID", "auth", ErrorAction.Reauthenticate, ItInfra, "The session expired.") { Status = 401 },
        new("INVALID_AUTH_HEADER", "auth", ErrorAction.Reauthenticate, ItInfra, "The session is not accepted.") { Status = 401 },
        new("API_DISABLED_FOR_ORG", "access", ErrorAction.Stop, CrmAdmin, "The integration user has no API access. Give it the API Enabled permission.") { Status = 403 },
        new("REQUEST_LIMIT_EXCEEDED", "quota", ErrorAction.Wait, CrmAdmin, "The daily call budget is used up. Work goes on when the rolling 24 hours free calls.") { Status = 403 },
        new("CONCURRENT_REQUESTS_LIMIT_EXCEEDED", "quota", ErrorAction.Retry, CrmAdmin, "Too many calls ran at once. It is tried again.") { Status = 403 },
        new("SERVER_UNAVAILABLE", "server", ErrorAction.Retry, ItInfra, "The CRM is not available just now. It is tried again.") { Status = 503 },
        new("QUERY_TIMEOUT", "server", ErrorAction.Retry, ItInfra, "The query took too long. It is tried again."),
        new("UNKNOWN_EXCEPTION", "server", ErrorAction.Retry, ItInfra, "The CRM failed without saying why. It is tried again.") { Status = 500 },
        new("UNABLE_TO_LOCK_ROW", "lock", ErrorAction.Retry, CrmAdmin, "Somebody else was changing the record or its parent. It is tried again."),
        new("TXN_SECURITY_METERING_ERROR", "server", ErrorAction.Retry, CrmAdmin, "A transaction security policy took too long. It is tried again."),
        new("ENTITY_IS_DELETED", "gone", ErrorAction.Follow, CrmAdmin, "The record was deleted or merged. The survivor is looked up."),
        new("CANNOT_UPDATE_CONVERTED_LEAD", "converted", ErrorAction.Follow, CrmAdmin, "The lead was converted and is read-only. Carry the value over to the contact."),
        new("NOT_FOUND", "gone", ErrorAction.Reject, CrmAdmin, "The CRM knows no such record, or the integration user cannot see it.") { Status = 404 },
        new("INVALID_CROSS_REFERENCE_KEY", "gone", ErrorAction.Reject, CrmAdmin, "The id refers to a record that the integration user cannot see."),
        new("MALFORMED_ID", "request", ErrorAction.Reject, ItInfra, "The record id is malformed."),
        new("FIELD_CUSTOM_VALIDATION_EXCEPTION", "validation", ErrorAction.Reject, CrmAdmin, "A validation rule refused the value. Mend the data or exempt the integration user from the rule."),
        new("REQUIRED_FIELD_MISSING", "validation", ErrorAction.Reject, MarcomOps, "The record lacks a field that the CRM requires. Fill it in the CRM."),
        new("STRING_TOO_LONG", "validation", ErrorAction.Reject, MarcomOps, "The value is longer than the field. Set max_length in the field contract to the field's length."),
        new("INVALID_EMAIL_ADDRESS", "validation", ErrorAction.Reject, MarcomOps, "The CRM does not take the value as an e-mail address."),
        new("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "validation", ErrorAction.Reject, CrmAdmin, "The value is not in the picklist. Add it to the picklist or take it out of the field contract."),
        new("FIELD_INTEGRITY_EXCEPTION", "validation", ErrorAction.Reject, CrmAdmin, "The value does not fit another field of the record."),
        new("FIELD_FILTER_VALIDATION_EXCEPTION", "validation", ErrorAction.Reject, CrmAdmin, "A lookup filter refused the value."),
        new("NUMBER_OUTSIDE_VALID_RANGE", "validation", ErrorAction.Reject, MarcomOps, "The number is out of the field's range."),
        new(Duplicates, "duplicate", ErrorAction.Reject, MarcomOps, "A duplicate rule refused the record. Review the match."),
        new("DUPLICATE_VALUE", "duplicate", ErrorAction.Reject, MarcomOps, "Another record has this unique value, or the record stood twice in one batch."),
        new("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "automation", ErrorAction.Reject, CrmAdmin, "A trigger or flow of the CRM failed on this record. See the CRM's debug log."),
        new("CANNOT_EXECUTE_FLOW_TRIGGER", "automation", ErrorAction.Reject, CrmAdmin, "A flow of the CRM failed on this record. Mend the flow."),
        new("APEX_ERROR", "automation", ErrorAction.Reject, CrmAdmin, "A trigger of the CRM failed on this record. Mend the trigger."),
        new("INVALID_FIELD_FOR_INSERT_UPDATE", "access", ErrorAction.Reject, CrmAdmin, "The integration user may not write this field. Give it edit rights on the field, or suspend the field contract."),
        new("INSUFFICIENT_ACCESS_OR_READONLY", "access", ErrorAction.Reject, CrmAdmin, "The integration user may not change this record. Share the record with it or give it edit rights on the object."),
        new("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "access", ErrorAction.Reject, CrmAdmin, "The integration user may not see a record that this one points to."),
        new("INVALID_FIELD", "access", ErrorAction.Reject, CrmAdmin, "The field does not exist, or the integration user cannot see it. Give it read rights on the field."),
        new("INVALID_TYPE", "access", ErrorAction.Stop, CrmAdmin, "The object does not exist, or the integration user cannot see it. Give it read rights on the object."),
        new("INVALID_TYPE_FOR_OPERATION", "access", ErrorAction.Stop, CrmAdmin, "The object does not support this."),
        new("MALFORMED_QUERY", "request", ErrorAction.Stop, ItInfra, "We sent a query that the CRM cannot read. This is a fault of ours."),
        new("JSON_PARSER_ERROR", "request", ErrorAction.Reject, ItInfra, "We sent something that the CRM cannot read. This is a fault of ours."),
        // Refusals of a whole call that come without a code of their own, by status.
        new("METHOD_NOT_ALLOWED", "request", ErrorAction.Stop, ItInfra, "The CRM does not take this kind of call. This is a fault of ours.") { Status = 405 },
        new("URI_TOO_LONG", "request", ErrorAction.Stop, ItInfra, "The address of the call is too long. This is a fault of ours.") { Status = 414 },
        new("UNSUPPORTED_MEDIA_TYPE", "request", ErrorAction.Stop, ItInfra, "The CRM does not take data of this kind. This is a fault of ours.") { Status = 415 },
        new("HEADERS_TOO_LARGE", "request", ErrorAction.Stop, ItInfra, "The headers of the call are too large. This is a fault of ours.") { Status = 431 },
        new("TOO_MANY_REQUESTS", "quota", ErrorAction.Retry, ItInfra, "Something before the CRM asks us to call more seldom. It is tried again later.") { Status = 429 },
        new("FORBIDDEN", "access", ErrorAction.Stop, CrmAdmin, "The CRM refuses the call as such. Check the integration user's API access and the app's policies.") { Status = 403 },
        // Bulk API 2.0: refusals of a job, and what a job that failed as a whole says before its first colon.
        new(InvalidJobState, "bulk", ErrorAction.Retry, ItInfra, "The bulk job is in another state than we thought. It is looked up."),
        new("INVALIDJOB", "bulk", ErrorAction.Stop, ItInfra, "The CRM does not take the bulk job as we ordered it. This is a fault of ours."),
        new("INVALIDENTITY", "access", ErrorAction.Stop, CrmAdmin, "The object does not exist for bulk jobs, or the integration user cannot see it. Give it read rights on the object."),
        new("FEATURENOTENABLED", "access", ErrorAction.Stop, CrmAdmin, "The integration user may not use this kind of bulk job."),
        new("InvalidBatch", "access", ErrorAction.Retry, CrmAdmin, "A column of the bulk job does not exist, or the integration user cannot see it any more. Its cells are checked anew and the others are sent again.") { Status = 200 },
        new("ClientInputError", "bulk", ErrorAction.Stop, ItInfra, "The CRM cannot read the data of the bulk job. This is a fault of ours.") { Status = 200 },
        new("InternalServerError", "server", ErrorAction.Retry, ItInfra, "The CRM gave the bulk job up half way. The rows that it did not try are sent again.") { Status = 200 },
        new("ExceededQuota", "quota", ErrorAction.Wait, CrmAdmin, "The bulk batches or rows of these 24 hours are used up. Work goes on when the window frees some.") { Status = 200 },
        new("EXCEEDEDQUOTA", "quota", ErrorAction.Wait, CrmAdmin, "The bulk jobs of these 24 hours are used up. Work goes on when the window frees some."),
        new("ALL_OR_NONE_OPERATION_ROLLED_BACK", "request", ErrorAction.Retry, ItInfra, "Another row of the batch failed and took this one with it. It is tried again."),
    }.ToFrozenDictionary(r => r.Code, StringComparer.Ordinal);

    /// <summary>The rule of a bulk job that failed as a whole, whose message begins with a code: <c>InvalidBatch : Field name not found : City</c>.</summary>
    public static ErrorRule FindOfJob(string message) =>
        Find(message.IndexOf(':', StringComparison.Ordinal) is var colon && colon > 0 ? message[..colon].Trim() : message.Trim());

    /// <summary>What an answer without a code means, by its status: <see cref="ErrorRule.Status"/>.</summary>
    public static string CodeOf(int status) => status switch
    {
        401 => "INVALID_SESSION_ID",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        414 => "URI_TOO_LONG",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        // 420 is what the edge of the platform answers when it sheds load.
        420 or 429 => "TOO_MANY_REQUESTS",
        431 => "HEADERS_TOO_LARGE",
        503 => "SERVER_UNAVAILABLE",
        _ => "UNKNOWN_EXCEPTION",
    };

    /// <summary>The whole table, as docs/errors.md shows it.</summary>
    public static IEnumerable<ErrorRule> All => Rules.Values.Concat([Unreachable, Unavailable, Malformed, TokenRefused, BadCredentials]).OrderBy(r => r.Family, StringComparer.Ordinal).ThenBy(r => r.Code, StringComparer.Ordinal);

    /// <summary>Whether the CRM hides an object or field that was asked for: the integration user has no right to read it.</summary>
    public static bool IsHidden(CrmException refusal) => refusal.Rule.Code is "INVALID_TYPE" or "INVALID_FIELD";

    /// <summary>The rule of a code. A code that we do not know rejects its row and is shown to the CRM Admin as it came.</summary>
    /// <param name="code">The CRM's code.</param>
    /// <param name="message">The CRM's message: a trigger may wrap a row lock, which passes.</param>
    public static ErrorRule Find(string code, string message = "")
    {
        if (code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" && Locks.Any(l => message.Contains(l, StringComparison.Ordinal)))
            return Rules["UNABLE_TO_LOCK_ROW"];
        return Rules.GetValueOrDefault(code)
            ?? new ErrorRule(code, "other", ErrorAction.Reject, CrmAdmin, "The CRM refused the row with a code that is not in the error table. See the CRM's documentation of the code.");
    }
}
