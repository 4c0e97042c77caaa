using System.Text.Json;

namespace ClayAspire.Cli.Services;

/// <summary>Finds the services: option, then environment, then the file that the running stack writes.</summary>
internal sealed class Endpoints(CliWorld world, IReadOnlyDictionary<string, string?> given)
{
    public const string Console = "console";
    public const string Ingestion = "ingestion";
    public const string Sandbox = "crm-sandbox";
    public const string Analytics = "analytics";
    public const string SyncWorker = "sync-worker";

    private const string FilePath = "artifacts/run/endpoints.json";
    private Dictionary<string, string>? _file;

    /// <summary>The base address of a service, with a slash at its end.</summary>
    /// <exception cref="CliException">It stands nowhere, or is no address.</exception>
    public Uri Of(string service) =>
        Find(service) ?? throw new CliException(ExitCodes.Unreachable,
            $"The address of '{service}' is not known. Start the stack (dotnet run --project ClayAspire.AppHost), which writes {FilePath}, or give --{OptionOf(service)} URL.");

    /// <summary>The base address of a service; null when it stands nowhere.</summary>
    public Uri? Find(string service)
    {
        var text = given.GetValueOrDefault(service)
            ?? NotBlank(world.Environment($"CLAYASPIRE_{OptionOf(service).ToUpperInvariant().Replace('-', '_')}"))
            ?? NotBlank(world.Environment($"services__{service}__http__0"))
            ?? File().GetValueOrDefault(service);
        if (text is null)
            return null;
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CliException(ExitCodes.Usage, $"'{text}' is no address of '{service}'. Write for example http://127.0.0.1:5000.");
        return address;
    }

    private static string OptionOf(string service) => service == Sandbox ? "sandbox" : service;

    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private Dictionary<string, string> File()
    {
        if (_file is not null)
            return _file;
        for (var at = new DirectoryInfo(world.Directory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, FilePath);
            if (System.IO.File.Exists(path))
                return _file = Read(path);
        }
        return _file = [];
    }

    private static Dictionary<string, string> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            return document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.Usage, $"{path} is no JSON ({e.Message}). Start the stack again, or give the addresses as options.", e);
        }
    }
}
