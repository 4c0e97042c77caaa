using ClayAspire.Storage.Model;

namespace ClayAspire.Ingestion.Endpoints;

/// <summary>How far an import is.</summary>
/// <param name="ImportId">Its id.</param>
/// <param name="Location">Where to ask again.</param>
/// <param name="State"><c>receiving</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="Table">The table that its rows count as.</param>
/// <param name="File">The file's name as sent.</param>
/// <param name="Format"><c>csv</c> or <c>ndjson</c>.</param>
/// <param name="BytesRead">Bytes received.</param>
/// <param name="BytesExpected">The length that was announced; null when it was not.</param>
/// <param name="Percent">How much is received, 0 to 100; null when the length is not known.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Accepted">Rows stored as new.</param>
/// <param name="Duplicates">Rows that were there before.</param>
/// <param name="Quarantined">Rows that could not be read.</param>
/// <param name="Quarantine">Where those stand; null when there are none.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record ImportAnswer(
    Guid ImportId, string Location, string State, string Table, string File, string Format, long BytesRead, long? BytesExpected, double? Percent,
    long Rows, long Accepted, long Duplicates, long Quarantined, string? Quarantine, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    public static ImportAnswer Of(ImportJobRow import)
    {
        var location = $"/v1/imports/{import.Id}";
        double? percent = import.State == "completed" ? 100
            : import.BytesExpected is > 0 and var expected ? Math.Round(Math.Min(100, 100.0 * import.BytesRead / expected), 1)
            : null;
        return new ImportAnswer(import.Id, location, import.State, import.TableName, import.FileName, import.Format, import.BytesRead, import.BytesExpected, percent,
            import.RowsRead, import.RowsAccepted, import.RowsDuplicate, import.RowsQuarantined,
            import.RowsQuarantined > 0 ? $"{location}/quarantine" : null, import.Error, import.CreatedAt, import.FinishedAt);
    }
}

/// <summary>A row that could not be read.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Reason">What is wrong and what to do.</param>
/// <param name="Raw">The text as received, cut to a sane length.</param>
internal sealed record QuarantinedLine(long? Line, string Code, string Reason, string Raw)
{
    public static QuarantinedLine Of(QuarantineRow row) => new(row.Line, row.ReasonCode, row.Reason, row.Raw);
}
