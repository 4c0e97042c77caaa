using System.Globalization;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>What is measured.</summary>
/// <param name="Cells">Cells of a plan.</param>
/// <param name="Runs">How often each request is sent, and how many plans are decided in each way.</param>
/// <param name="DataDirectory">Keep the database's cluster here, to look at it afterwards; null for one that is deleted at the end.</param>
internal sealed record PlanPageOptions(int Cells, int Runs, string? DataDirectory)
{
    public const string Usage = "Use: plan-page [--cells 100000] [--runs 3] [--data FOLDER]";

    /// <summary>The options, or null when they cannot be read.</summary>
    public static PlanPageOptions? Read(string[] arguments)
    {
        PlanPageOptions? options = new PlanPageOptions(100_000, 3, null);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var number = int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read > 0 ? read : 0;
            options = (arguments[i], number) switch
            {
                ("--cells", > 0) => options with { Cells = number },
                ("--runs", > 0) => options with { Runs = number },
                ("--data", _) => options with { DataDirectory = Path.GetFullPath(arguments[i + 1]) },
                _ => null,
            };
            if (options is null)
                return null;
        }
        return arguments.Length % 2 == 0 ? options : null;
    }
}
