using System.CommandLine;

namespace ClayAspire.Cli.Services;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Console { get; } = Address("console");

    public Option<string?> Ingestion { get; } = Address("ingestion");

    public Option<string?> Sandbox { get; } = Address("sandbox");

    public Option<string?> Analytics { get; } = Address("analytics");

    public Option<string?> Key { get; } = new("--key")
    {
        Description = "API key. Otherwise the environment variable CLAYASPIRE_KEY; in a demo, the demo keys.",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document instead of text.", Recursive = true };

    public IEnumerable<Option> All => [Console, Ingestion, Sandbox, Analytics, Key, Json];

    private static Option<string?> Address(string name) => new($"--{name}")
    {
        Description = $"Address of the {name} service. Otherwise the environment, otherwise artifacts/run/endpoints.json.",
        HelpName = "URL",
        Recursive = true,
    };
}
