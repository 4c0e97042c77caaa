using System.CommandLine;
using ClayAspire.Cli.Sandbox;
using ClayAspire.Cli.Services;
using CsvHelper;

namespace ClayAspire.Cli.Commands;

/// <summary><c>sandbox load</c>: fills the CRM twin from a file, for trials.</summary>
internal static class SandboxCommands
{
    private const int Batch = 1000;

    /// <summary>The twin's administrator; both have the twin's default.</summary>
    public static (Option<string> Id, Option<string> Secret) Credentials() =>
        (new Option<string>("--client-id") { Description = "The twin administrator's client id.", DefaultValueFactory = _ => "demo" },
         new Option<string>("--client-secret") { Description = "Its secret.", DefaultValueFactory = _ => "demo-secret" });

    public static Command Build(CommandBinder on)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV file." };
        var connection = new Option<string>("--connection") { Description = "The connection whose org is filled, such as icare-staging.", Required = true };
        var type = new Option<string>("--object") { Description = "The object, such as Lead.", Required = true };
        var map = new Option<string>("--map") { Description = "The map file: column to field, constants, fields to leave blank.", Required = true };
        var (id, secret) = Credentials();
        var load = new Command("load", "Loads a CSV file into the CRM twin as its administrator. Rows whose record is there already are left out.") { file, connection, type, map, id, secret };
        on.Run(load, async (parsed, session, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!path.Exists)
                throw new CliException(ExitCodes.Usage, $"There is no file {path.FullName}.");
            var rules = LoadMap.Read(MapPath(parsed.GetRequiredValue(map)));
            var records = Read(path, rules);
            var target = parsed.GetRequiredValue(type);
            var org = await SandboxClient.SignInAsync(session, SandboxClient.OrgOf(parsed.GetRequiredValue(connection)), parsed.GetRequiredValue(id), parsed.GetRequiredValue(secret), cancel);
            var known = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var record in org.QueryAsync($"SELECT {rules.Key} FROM {target} WHERE {rules.Key} != null", cancel))
                known.Add(ServiceClient.Text(record, rules.Key));
            var fresh = records.Where(r => r.TryGetValue(rules.Key, out var key) && known.Add(key)).ToList();
            var loaded = await session.Terminal.WithBarAsync(path.Name, async report =>
            {
                var done = 0;
                foreach (var batch in fresh.Chunk(Batch))
                {
                    done += await org.LoadAsync(target, batch, cancel);
                    report((double)done / fresh.Count, $"{done} of {fresh.Count}");
                }
                return done;
            });
            Show(session.Terminal, rules, records, fresh, loaded);
            return ExitCodes.Ok;
        });
        return new Command("sandbox", "The CRM twin.") { load, SandboxEditCommand.Build(on) };
    }

    private static void Show(Terminal terminal, LoadMap rules, List<Dictionary<string, string>> records, List<Dictionary<string, string>> fresh, int loaded)
    {
        var blank = rules.Columns.Values.ToDictionary(f => f, f => fresh.Count(r => !r.ContainsKey(f)), StringComparer.Ordinal);
        if (terminal.IsJson)
        {
            terminal.Json(new { rows = records.Count, loaded, alreadyThere = records.Count - fresh.Count, blank });
            return;
        }
        terminal.Line($"{records.Count} rows: {loaded} records loaded, {records.Count - fresh.Count} left out because their record is there already or their key is blank.");
        terminal.Table(["field", "left blank"], blank.Select(b => (IReadOnlyList<string>)[b.Key, b.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)]));
    }

    private static List<Dictionary<string, string>> Read(FileInfo file, LoadMap rules)
    {
        using var csv = CsvReader.Create(file.OpenRead(), CsvReaderOptions.Default);
        csv.ReadHeader();
        string[] columns = [.. csv.Headers.Select(h => h.Trim())];
        if (rules.Columns.Keys.Except(columns, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw new CliException(ExitCodes.Usage, $"{file.Name} has no column '{missing}'; it has {string.Join(", ", columns)}.");
        var records = new List<Dictionary<string, string>>();
        while (csv.Read())
        {
            var cells = csv.Current.ToArray();
            var row = columns.Zip(cells).ToDictionary(c => c.First, c => c.Second, StringComparer.Ordinal);
            records.Add(rules.Record(records.Count + 1, row));
        }
        return records;
    }

    // A bare name means a map that is shipped with the command line.
    private static string MapPath(string given)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "Maps", given.EndsWith(".yaml", StringComparison.Ordinal) ? given : given + ".yaml");
        return !File.Exists(given) && !given.Contains('/', StringComparison.Ordinal) && File.Exists(shipped) ? shipped : given;
    }
}
