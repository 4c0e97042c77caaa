using System.Collections.Concurrent;
using ClayAspire.Embedded.Processes;

namespace ClayAspire.Embedded.Postgres;

/// <summary>A data directory: made when missing, with the superuser's password set, before the server starts on it.</summary>
internal sealed class Cluster(PostgresBinaries binaries, ServerAccount? account, DirectoryInfo directory, ProcessGuard guard)
{
    // Only ways in: a password over loopback.
    private const string HostAccess = "# Written by ClayAspire at every start.\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n";

    public PostgresBinaries Binaries => binaries;

    /// <summary>
    /// The data directory as the server is told it. When the server runs as another account than we do, that account
    /// may not be allowed to walk the path (a checkout under root's home); the current directory, which a root shell
    /// entered for it, needs no walking.
    /// </summary>
    public string Argument => account is null ? directory.FullName : "/proc/self/cwd";

    public async Task PrepareAsync(string userName, string password, CancellationToken cancellationToken)
    {
        if (password.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new PostgresServerException("The password of the database must not contain a line break.");
        var version = new FileInfo(Path.Combine(directory.FullName, "PG_VERSION"));
        if (!version.Exists)
        {
            if (directory.Exists && directory.EnumerateFileSystemInfos().Any())
                throw new PostgresServerException($"'{directory.FullName}' is not empty and holds no PostgreSQL cluster. Empty it, or use another directory.");
            directory.Create();
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(directory.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            account?.TakeOver(directory);
            await RunAsync(
                binaries.InitDb,
                ["-D", Argument, "-U", userName, "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"],
                input: null,
                cancellationToken);
        }
        else
        {
            account?.TakeOver(directory);
        }

        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "pg_hba.conf"), HostAccess, cancellationToken);
        if (File.Exists(Path.Combine(directory.FullName, "postmaster.pid")) && await IsServedAsync(cancellationToken))
            return; // The start that follows fails and says why.

        // In single-user mode: no network and no trust, and the password never stands on a command line.
        static string Quote(string text, char mark) => mark + text.Replace($"{mark}", $"{mark}{mark}", StringComparison.Ordinal) + mark;
        await RunAsync(
            binaries.Server,
            ["--single", "-D", Argument, "-c", "log_min_messages=fatal", "-c", "password_encryption=scram-sha-256", "postgres"],
            $"ALTER ROLE {Quote(userName, '"')} WITH LOGIN SUPERUSER PASSWORD {Quote(password, '\'')}\n",
            cancellationToken);
    }

    /// <summary>Starts one of PostgreSQL's programs as the account, in the data directory.</summary>
    public ChildProcess Start(string program, IReadOnlyList<string> arguments, Action<string, bool> output, string? input = null)
    {
        string[] all = [.. account?.Prefix ?? [], program, .. arguments];
        return ChildProcess.Start(
            new ChildProcessStart
            {
                FileName = all[0],
                Arguments = all[1..],
                WorkingDirectory = directory.FullName,
                // The account's own settings must not reach in (PGDATA, PGPORT, PGOPTIONS, ...); messages are parsed, so English.
                Environment = Environment.GetEnvironmentVariables().Keys.Cast<string>()
                    .Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal))
                    .ToDictionary(k => k, _ => (string?)null)
                    .Append(new("LC_ALL", "C")).Append(new("TZ", "UTC")).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value),
                StopSignal = ChildSignal.Interrupt,
                Output = output,
                Input = input,
            },
            guard);
    }

    private async Task<bool> IsServedAsync(CancellationToken cancellationToken)
    {
        var first = (await File.ReadAllLinesAsync(Path.Combine(directory.FullName, "postmaster.pid"), cancellationToken)).FirstOrDefault();
        return !OperatingSystem.IsWindows() && int.TryParse(first, out var pid) && Posix.Signal(pid, ChildSignal.None);
    }

    private async Task RunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = Start(program, arguments, (line, _) => lines.Enqueue(line), input);
        var code = await process.Exited.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, cancellationToken);
        var text = string.Join(Environment.NewLine, lines.Where(l => l != input));
        if (code != 0 || text.Contains("ERROR:", StringComparison.Ordinal))
            throw new PostgresServerException($"{Path.GetFileName(program)} failed with exit code {code} for '{directory.FullName}':{Environment.NewLine}{text}");
    }
}
