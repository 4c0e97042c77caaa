using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>
/// Conditional requests: <c>If-Modified-Since</c> and <c>If-Unmodified-Since</c> on rows and describe, whole seconds; <c>If-Match</c> and
/// <c>If-None-Match</c> on Account rows alone. Not on DELETE, not on the rows of a collection.
/// </summary>
internal static class Preconditions
{
    /// <summary>The answer of a GET whose condition does not hold: 304 or 412. Null: go on.</summary>
    public static ApiResponse? OnRead(ApiCall call, DateTimeOffset modified, string? etag = null)
    {
        if (etag is not null && call.Header("If-None-Match") is { Length: > 0 } known && Names(known, etag))
            return ApiResponse.Empty(304);
        if (Date(call, "If-Modified-Since", mustParse: false) is { } since && Seconds(modified) <= since)
            return ApiResponse.Empty(304).With(("Last-Modified", Format(modified)));
        return Failed(call, modified, etag, mustParse: false) ? Refusal() : null;
    }

    /// <summary>Refuses a PATCH or POST whose condition does not hold.</summary>
    /// <exception cref="ApiFailure">412, or 400 for a header that is no date.</exception>
    public static void OnWrite(ApiCall call, Record record)
    {
        var modified = LastModified(record);
        var notSince = Date(call, "If-Modified-Since", mustParse: true) is { } since && Seconds(modified) <= since;
        if (Failed(call, modified, Tag(record), mustParse: true) || notSince)
            throw new ApiFailure(412, RefusalCode, RefusalText);
    }

    /// <summary>When the row last changed; what the condition compares.</summary>
    public static DateTimeOffset LastModified(Record record) =>
        (DateTimeOffset)(record[record.Type.LastModifiedDate ?? record.Type.CreatedDate] ?? DateTimeOffset.UnixEpoch);

    /// <summary>The entity tag of a row; null for objects that have none.</summary>
    public static string? Tag(Record record) => record.Type is { Name: "Account", SystemModstamp: { } stamp } && record[stamp] is DateTimeOffset at
        ? string.Create(CultureInfo.InvariantCulture, $"\"{at.UtcTicks:x}\"")
        : null;

    public static string Format(DateTimeOffset moment) => moment.ToUniversalTime().ToString("R", CultureInfo.InvariantCulture);

    // No stored document shows the body of a 412; the connector may read no more of it than the status.
    private const string RefusalCode = "PRECONDITION_FAILED";
    private const string RefusalText = "The precondition given in the request headers is not met";

    private static ApiResponse Refusal() => ApiResponse.Error(412, RefusalCode, RefusalText);

    private static bool Failed(ApiCall call, DateTimeOffset modified, string? etag, bool mustParse) =>
        (etag is not null && call.Header("If-Match") is { Length: > 0 } wanted && !Names(wanted, etag))
        || (Date(call, "If-Unmodified-Since", mustParse) is { } unmodified && Seconds(modified) > unmodified);

    private static bool Names(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(t => t == "*" || string.Equals(t.Replace("W/", "", StringComparison.Ordinal), etag, StringComparison.Ordinal));

    private static DateTimeOffset Seconds(DateTimeOffset moment) => new(moment.UtcTicks - moment.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static DateTimeOffset? Date(ApiCall call, string header, bool mustParse)
    {
        if (call.Header(header) is not { Length: > 0 } text)
            return null;
        if (DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return moment;
        return mustParse ? throw new ApiFailure(400, "INVALID_HEADER_VALUE", $"Invalid value for header {header}: {text}") : null;
    }
}
