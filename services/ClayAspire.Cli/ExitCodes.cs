namespace ClayAspire.Cli;

/// <summary>What the process answers to its caller.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>Refused, or a negative result: a broken chain, rejected cells, figures that differ.</summary>
    public const int Refused = 1;

    public const int Usage = 2;

    public const int Unreachable = 3;
}

/// <summary>Ends a command with a message for a person and an exit code.</summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The problem details that a service answered; null when the message is ours.</summary>
    public System.Text.Json.JsonElement? Problem { get; init; }
}
