using System.Text;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>One row of a body or file: either readable, with its canonical JSON, or faulty, with the reason.</summary>
/// <param name="Line">Where it stands: the line in a file or NDJSON body, the position (from 1) in an array.</param>
/// <param name="Json">The row as a JSON object of scalars; null when faulty.</param>
/// <param name="Key">Idempotency key within the source; null when faulty.</param>
/// <param name="OccurredAt">When the row says that it came about; null when it does not say.</param>
/// <param name="Fault">Why it could not be read; null when readable.</param>
/// <param name="Raw">For a faulty row, its text as received, cut to a sane length; empty otherwise.</param>
internal sealed record ParsedRow(long Line, string? Json, string? Key, DateTimeOffset? OccurredAt, RowFault? Fault, string Raw)
{
    /// <summary>Longest raw text kept in quarantine, in characters.</summary>
    public const int MaxRaw = 64 * 1024;

    public static ParsedRow Faulty(long line, RowFault fault, string raw) => new(line, null, null, null, fault, Storable(raw));

    /// <summary>Text that PostgreSQL can keep: no NUL, no half surrogate, bounded.</summary>
    private static string Storable(string raw)
    {
        var cut = raw.Length > MaxRaw ? string.Concat(raw.AsSpan(0, MaxRaw), "…") : raw;
        var text = new StringBuilder(cut.Length);
        foreach (var rune in cut.EnumerateRunes())
            text.Append(rune.Value == 0 ? "\u2400" : rune.ToString());
        return text.ToString();
    }
}

/// <summary>Why a row could not be read.</summary>
/// <param name="Code">A stable code of a closed list; it is a metric label.</param>
/// <param name="Message">What is wrong and what to do; carries no value of the row.</param>
internal sealed record RowFault(string Code, string Message)
{
    public static RowFault NotAnObject(string found) =>
        new("row-not-an-object", $"A row must be a JSON object of columns; this is {found}.");

    public static RowFault Empty { get; } =
        new("row-empty", "The row has no columns.");

    public const string BadTextCode = "bad-text";

    public static RowFault BadText(string column) =>
        new(BadTextCode, $"Column '{column}' holds text that no database keeps (a NUL character or half a surrogate pair). Remove it at the source.");

    public static RowFault NotUtf8 { get; } =
        new("not-utf8", "The row is not valid UTF-8. Save the file as UTF-8 and send it again; rows already accepted count as duplicates.");

    public static RowFault Malformed(JsonPosition at, string? afterColumn) =>
        new("malformed-json", $"This is no JSON: fault at column {at.Column}{(afterColumn is null ? "" : $", in or just after the value of '{afterColumn}'")}. {JsonPosition.Remedy}");

    public static RowFault TooLong(int limit) =>
        new("row-too-long", $"The row is longer than {limit} bytes. Split its columns, or leave out long text.");

    public static RowFault CellCount(int expected, int found) =>
        new("cell-count", $"The header has {expected} columns, this row has {found} cells. Quote cells that hold the delimiter.");

    public static RowFault BadQuotes { get; } =
        new("bad-quotes", "A quote stands inside an unquoted cell, or a quoted cell is not closed. Write a quote inside a cell as two quotes and quote the whole cell.");

    public static RowFault LeadMissing { get; } =
        new("lead-missing", "The event names no lead: none of sl_lead_email, lead.email, lead_data.email, lead_email, to_email is an e-mail address.");

    public static RowFault EventTypeMissing { get; } =
        new("event-type-missing", "The event has neither event_type nor event.");
}
