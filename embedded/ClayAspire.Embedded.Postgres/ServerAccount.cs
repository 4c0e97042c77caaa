using System.Globalization;
using ClayAspire.Embedded.Processes;

namespace ClayAspire.Embedded.Postgres;

/// <summary>The unprivileged account that the server runs as, because PostgreSQL refuses to run as root.</summary>
internal sealed record ServerAccount(string Name, int Uid, int Gid)
{
    /// <summary>Null when this process is not root and the server can simply run as its user.</summary>
    public static ServerAccount? Choose()
    {
        if (!Posix.IsRoot)
            return null;
        if (ProcessGuard.FindOnPath("setpriv") is null)
            throw new PostgresServerException("PostgreSQL does not run as root, and 'setpriv' (package util-linux) is missing, which would start it as another user. Install util-linux, or run as an ordinary user.");
        var accounts = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length >= 4)
            .Select(f => new ServerAccount(f[0], Number(f[2]), Number(f[3]))).ToList();
        return accounts.Find(a => a.Name == "postgres") ?? accounts.Find(a => a.Name == "nobody")
            ?? throw new PostgresServerException("PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as. Add one of them, or run as an ordinary user.");
    }

    /// <summary>The command line that runs a program as this account, without any capability of root.</summary>
    public IEnumerable<string> Prefix =>
        ["setpriv", "--reuid", Text(Uid), "--regid", Text(Gid), "--clear-groups", "--inh-caps=-all", "--no-new-privs"];

    /// <summary>Gives a directory tree to this account.</summary>
    public void TakeOver(DirectoryInfo directory)
    {
        Posix.ChangeOwner(directory.FullName, Uid, Gid);
        foreach (var entry in directory.EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
            Posix.ChangeOwner(entry.FullName, Uid, Gid);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
