using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ClayAspire.Embedded.Processes;
using Npgsql;

namespace ClayAspire.Embedded.Postgres;

/// <summary>A running PostgreSQL 18 server on 127.0.0.1 whose life is bound to this process.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string TemporaryPrefix = "clayaspire-temp-postgres-";
    private readonly ChildProcess _process;
    private readonly ProcessGuard _guard;
    private readonly bool _temporary;
    private readonly string _password;
    private readonly ConcurrentQueue<string> _lastLines;

    private PostgresServer(ChildProcess process, ProcessGuard guard, bool temporary, string dataDirectory, int port, string userName, string password, ConcurrentQueue<string> lastLines)
    {
        _process = process;
        _guard = guard;
        _temporary = temporary;
        _password = password;
        _lastLines = lastLines;
        DataDirectory = dataDirectory;
        Port = port;
        UserName = userName;
    }

    /// <summary>The cluster's directory.</summary>
    public string DataDirectory { get; }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The superuser's name.</summary>
    public string UserName { get; }

    /// <summary>The server's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes with the exit code when the server ends, for whatever reason.</summary>
    public Task<int> Exited => _process.Exited;

    /// <summary>The last lines of the server's log.</summary>
    public IReadOnlyCollection<string> LastLines => _lastLines;

    /// <summary>Connection string of the superuser to the database <c>postgres</c>.</summary>
    public string ConnectionString => ConnectionStringTo("postgres");

    /// <summary>Connection string of the superuser to a database.</summary>
    /// <param name="database">The database's name.</param>
    public string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = UserName,
        Password = _password,
        Database = database,
    }.ConnectionString;

    /// <summary>Makes the cluster if there is none, starts the server, and returns when it accepts connections.</summary>
    /// <param name="options">How to run it; null gives a temporary server.</param>
    /// <param name="cancellationToken">Gives up; what was started is stopped again.</param>
    /// <exception cref="PostgresServerException">It cannot run here; the message names the remedy.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        var guard = options.Guard ?? ProcessGuard.Shared;
        var account = ServerAccount.Choose();
        var binaries = PostgresBinaries.Find(options.PackageDirectory).ReachableBy(account);
        var temporary = options.DataDirectory is null;
        var directory = new DirectoryInfo(options.DataDirectory ?? Path.Combine(Path.GetTempPath(), TemporaryPrefix + RandomNumberGenerator.GetHexString(12, lowercase: true)));
        var password = options.Password ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (temporary)
            guard.DeleteWithHost(directory.FullName);
        try
        {
            var cluster = new Cluster(binaries, account, directory, guard);
            await cluster.PrepareAsync(options.UserName, password, cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                var port = options.Port == 0 ? FreePort() : options.Port;
                var (server, lines) = await LaunchAsync(cluster, options, temporary, port, cancellationToken);
                if (server is not null)
                    return new PostgresServer(server, guard, temporary, directory.FullName, port, options.UserName, password, lines);

                // Between our look for a free port and the server's use of it somebody else may have taken it.
                var inUse = lines.Any(l => l.Contains("could not bind", StringComparison.Ordinal));
                if (!inUse || options.Port != 0 || attempt == 5)
                    throw new PostgresServerException(Explain(directory, port, inUse, lines));
            }
        }
        catch when (temporary)
        {
            DeleteTemporary(directory.FullName, guard);
            throw;
        }
    }

    /// <summary>Creates a database if it does not exist, and returns the superuser's connection string to it.</summary>
    /// <param name="name">The database's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var exists = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        exists.Parameters.AddWithValue(name);
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = source.CreateCommand($"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        return ConnectionStringTo(name);
    }

    /// <summary>Stops the server (fast shutdown: open transactions are rolled back) and deletes a temporary cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(TimeSpan.FromSeconds(20));
        await _process.DisposeAsync();
        if (_temporary)
            DeleteTemporary(DataDirectory, _guard);
    }

    private static async Task<(ChildProcess? Server, ConcurrentQueue<string> Lines)> LaunchAsync(
        Cluster cluster, PostgresServerOptions options, bool temporary, int port, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = Settings(options, temporary, port);
        var server = cluster.Start(
            cluster.Binaries.Server,
            ["-D", cluster.Argument, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" })],
            (line, _) =>
            {
                lines.Enqueue(line);
                while (lines.Count > 40)
                    lines.TryDequeue(out string? _);
                if (line.Contains("database system is ready to accept connections", StringComparison.Ordinal))
                    ready.TrySetResult();
                options.Log?.Invoke(line);
            });
        try
        {
            var first = await Task.WhenAny(ready.Task, server.Exited).WaitAsync(options.StartTimeout, TimeProvider.System, cancellationToken);
            if (first == ready.Task)
                return (server, lines);
        }
        catch (Exception fault)
        {
            await server.DisposeAsync();
            if (fault is TimeoutException)
                throw new PostgresServerException($"PostgreSQL did not accept connections within {options.StartTimeout}. Its last lines:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}", fault);
            throw;
        }

        await server.DisposeAsync();
        return (null, lines);
    }

    private static Dictionary<string, string> Settings(PostgresServerOptions options, bool temporary, int port)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = "300",
            ["shared_buffers"] = temporary ? "64MB" : "256MB",
            ["logging_collector"] = "off",
            ["log_min_messages"] = "warning",
            ["password_encryption"] = "scram-sha-256",
            ["max_wal_senders"] = "0",
            ["wal_level"] = "minimal",
        };
        if (temporary)
        {
            settings["fsync"] = "off";
            settings["synchronous_commit"] = "off";
            settings["full_page_writes"] = "off";
            settings["autovacuum"] = "off";
        }

        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return settings;
    }

    private static string Explain(DirectoryInfo directory, int port, bool inUse, ConcurrentQueue<string> lines)
    {
        var text = string.Join(Environment.NewLine, lines);
        if (inUse)
            return $"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another.";
        if (text.Contains("lock file \"postmaster.pid\" already exists", StringComparison.Ordinal))
            return $"Another PostgreSQL server runs on '{directory.FullName}'. Stop it first (its process id is the first line of postmaster.pid there), or use another directory.";
        if (text.Contains("incompatible with server", StringComparison.Ordinal))
            return $"'{directory.FullName}' was made by another major version of PostgreSQL. Move it away to start empty, or dump it with that version and load it here.";
        return $"PostgreSQL ended while starting on '{directory.FullName}'. Its last lines:{Environment.NewLine}{text}";
    }

    private static void DeleteTemporary(string directory, ProcessGuard guard)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        guard.ForgetTemporaryDirectory(directory);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
