using System.CommandLine;
using System.Globalization;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Cli.Commands;

/// <summary><c>policy check</c>, which needs the policy's files and no running stack, and <c>policy backtest</c>.</summary>
internal static class PolicyCommands
{
    private const string Place = "services/policy";

    public static Command Build(CommandBinder on) => new("policy", "The policy's files.") { BuildCheck(on), BacktestCommand.Build(on) };

    private static Command BuildCheck(CommandBinder on)
    {
        var directory = new Option<DirectoryInfo?>("--policy") { Description = $"The policy's folder. Otherwise {Place} in this folder or the nearest one above.", HelpName = "DIR" };
        var seed = new Option<int>("--seed") { Description = "Seed of the random histories: the same seed gives the same histories.", DefaultValueFactory = _ => 20260401 };
        var histories = new Option<int>("--histories") { Description = "Random histories for each merge rule, beside all small ones.", DefaultValueFactory = _ => 10_000 };
        histories.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--histories must be 0 or more.");
        });
        var command = new Command("check", "Runs the policy's cases, finds contracts without one, and holds every merge rule to its stated strength.") { directory, seed, histories };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var folder = Find(parsed.GetValue(directory), session.World.Directory);
            var files = await ReadAsync(folder, cancel);
            var load = PolicyParser.Parse(files);
            if (load.Policy is null)
                return Faulty(session.Terminal, folder, load.Problems);
            var report = PolicyCheck.Run(load.Policy, files, parsed.GetValue(seed), parsed.GetValue(histories), session.World.Rules);
            if (session.Terminal.IsJson)
                session.Terminal.Json(Document(folder, load.Policy, report));
            else
                Show(session.Terminal, folder, load.Policy, report);
            return report.Holds ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    /// <summary>The policy's folder: the one given, else the nearest <c>services/policy</c> above.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static string Find(DirectoryInfo? given, string from)
    {
        if (given is not null)
        {
            var path = Path.GetFullPath(given.ToString(), Path.GetFullPath(from));
            return Directory.Exists(path) ? path : throw new CliException(ExitCodes.Usage, $"There is no folder {path}. Give the one with contracts/, mapping/, cases/ and flows.yaml.");
        }
        for (var at = new DirectoryInfo(Path.GetFullPath(from)); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, Place);
            if (Directory.Exists(path))
                return path;
        }
        throw new CliException(ExitCodes.Usage, $"There is no {Place} in {from} or above. Run it inside the repository, or give --policy DIR.");
    }

    /// <summary>Every policy file of a folder, also its cases.</summary>
    /// <exception cref="CliException">One cannot be read.</exception>
    public static async Task<List<PolicyFile>> ReadAsync(string folder, CancellationToken cancel)
    {
        var files = new List<PolicyFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                files.Add(new PolicyFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), await File.ReadAllTextAsync(path, cancel)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCodes.Usage, $"{path} cannot be read: {e.Message} Let this user read it.", e);
            }
        }
        return files;
    }

    private static int Faulty(Terminal terminal, string folder, IReadOnlyList<PolicyProblem> problems)
    {
        if (terminal.IsJson)
        {
            terminal.Json(new { policy = folder, holds = false, problems });
        }
        else
        {
            terminal.Line($"The policy in {folder} does not load:");
            Problems(terminal, problems);
        }
        return ExitCodes.Refused;
    }

    private static void Show(Terminal terminal, string folder, PolicySet policy, PolicyReport report)
    {
        terminal.Line($"Policy {policy.Version} in {folder}");
        terminal.Line($"Statuses by the files: {string.Join(", ", policy.Contracts.CountBy(c => c.Status).OrderBy(c => c.Key).Select(c => $"{Number(c.Value)} {c.Key}"))}. What is in force under people's signatures: clayaspire contract list");
        terminal.Table(["connection", "contracts", "covered by a case", "cases", "as expected"], report.Connections.Select(c => (IReadOnlyList<string>)
        [
            c.Connection, Number(c.Contracts), Number(c.Covered), Number(c.Cases), Number(c.Cases - c.Failed),
        ]));
        terminal.Table(["rule", "contracts", "states", "result"], report.Rules.Select(r => (IReadOnlyList<string>)
        [
            r.Rule, Number(policy.Contracts.Count(c => FieldContract.RuleName(c.Rule) == r.Rule)), CounterExample.InWords(r.Strength),
            r.CounterExample is null ? $"held over {Number(r.Histories)} histories" : $"BROKEN by history {Number(r.Histories)}",
        ]));
        foreach (var broken in report.Rules.Where(r => r.CounterExample is not null))
            terminal.Line($"{Environment.NewLine}{broken.CounterExample}");
        if (report.Problems.Count > 0)
            terminal.Line();
        Problems(terminal, report.Problems);
        terminal.Line(report.Holds
            ? $"The policy holds (seed {report.Seed})."
            : $"The policy does NOT hold: {report.Problems.Count} problems, {report.Rules.Count(r => r.CounterExample is not null)} rules that break their stated strength (seed {report.Seed}).");
    }

    private static void Problems(Terminal terminal, IReadOnlyList<PolicyProblem> problems)
    {
        foreach (var problem in problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line))
            terminal.Line(problem.ToString());
    }

    private static object Document(string folder, PolicySet policy, PolicyReport report) => new
    {
        policy = folder,
        version = policy.Version,
        report.Seed,
        report.Holds,
        report.Connections,
        rules = report.Rules.Select(r => new
        {
            r.Rule,
            strength = CounterExample.InWords(r.Strength),
            held = r.CounterExample is null,
            r.Histories,
            counterExample = r.CounterExample is null ? null : new
            {
                live = r.CounterExample.Live.Text,
                r.CounterExample.Offers,
                r.CounterExample.OrderA,
                r.CounterExample.OrderB,
                r.CounterExample.EndA,
                r.CounterExample.EndB,
            },
        }),
        report.Problems,
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
