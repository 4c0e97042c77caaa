using ClayAspire.Embedded.Processes;

namespace ClayAspire.Embedded.Postgres;

/// <summary>How to run a PostgreSQL server. The defaults give a temporary server on a free loopback port.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Where the cluster lives; made when missing. Null: a temporary cluster, without fsync, deleted on dispose.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>TCP port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The superuser's name. It is fixed when the cluster is made.</summary>
    public string UserName { get; init; } = "postgres";

    /// <summary>
    /// The superuser's password (SCRAM-SHA-256), set anew at every start. Null: a random one for this run, so that
    /// none has to be kept on disk.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>Further server settings, for example <c>max_connections</c>; they win over ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The unpacked npm package (the folder that holds <c>native/bin</c>); null finds the one that the build brought.</summary>
    public string? PackageDirectory { get; init; }

    /// <summary>Called with every line of the server's log.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>How long the server may take to accept connections. Default 60 s, since a crash recovery may come first.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends the server when this process dies; null uses the one that the whole process shares.</summary>
    public ProcessGuard? Guard { get; init; }
}

/// <summary>The server could not be brought up; the message names the remedy.</summary>
public sealed class PostgresServerException : Exception
{
    /// <summary>A fault without further detail.</summary>
    public PostgresServerException()
    {
    }

    /// <summary>A fault with its remedy.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public PostgresServerException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its remedy and its cause.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public PostgresServerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
