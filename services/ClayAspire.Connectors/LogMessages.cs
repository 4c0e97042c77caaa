using Microsoft.Extensions.Logging;

namespace ClayAspire.Connectors;

/// <summary>Every log line of this project. Never a value, an address or a secret; record ids only.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "Connection {Connection}: the answer to an update of {Rows} rows was lost ({Why}); the rows are probed by reading.")]
    public static partial void AnswerLost(ILogger log, string connection, int rows, string why);

    [LoggerMessage(2, LogLevel.Warning, "Connection {Connection}: what records were found like could not be asked ({Code}); their rows are refused without naming it.")]
    public static partial void MatchesUnknown(ILogger log, string connection, string code);
}
