namespace ClayAspire.Ingestion;

/// <summary>Everything that this service logs by itself. No payload values, no keys.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "Import {ImportId} was interrupted after {Bytes} bytes.")]
    public static partial void UploadInterrupted(this ILogger log, Guid importId, long bytes);

    [LoggerMessage(2, LogLevel.Information, "Import {ImportId} completed: {Rows} rows, {Accepted} accepted, {Duplicates} duplicates, {Quarantined} quarantined.")]
    public static partial void ImportCompleted(this ILogger log, Guid importId, long rows, long accepted, long duplicates, long quarantined);

    [LoggerMessage(3, LogLevel.Information, "Smartlead sent an event type that is not known; it is kept as smartlead.other.")]
    public static partial void UnknownEventType(this ILogger log);

    [LoggerMessage(4, LogLevel.Warning, "Import {ImportId} failed: the process that received it gave no sign of life for {Seconds} s. The same file can be sent again.")]
    public static partial void ImportAbandoned(this ILogger log, Guid importId, double seconds);

    [LoggerMessage(5, LogLevel.Warning, "The imports could not be looked after; the next try comes by itself.")]
    public static partial void ImportsUnwatched(this ILogger log, Exception error);
}
