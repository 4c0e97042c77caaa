using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Shows the output of all resources, each line with the name of its resource; in tests it goes to the loggers.</summary>
internal sealed class ResourceOutput
{
    private static readonly int[] Colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
    private readonly Dictionary<string, (string Prefix, string End)> _prefixes = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _coloured = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Lock _gate = new();

    public ResourceOutput(DistributedApplicationModel model, ResourceLoggerService loggers, DistributedApplicationOptions options, ILoggerFactory loggerFactory)
    {
        Width = model.Resources.Where(r => r is not IResourceWithoutLifetime).Select(r => r.Name.Length + 2).DefaultIfEmpty(10).Max();
        if (options.EnableResourceLogging)
            loggers.LineWritten += (id, line, isError) => loggerFactory.CreateLogger($"Resources.{id}").Log(isError ? LogLevel.Error : LogLevel.Information, "{Line}", line);
        else
            loggers.LineWritten += (id, line, _) => Write(id, line);
    }

    private int Width { get; }

    /// <summary>A line of the host itself, on standard error.</summary>
    public void WriteError(string text) => Console.Error.WriteLine(_coloured ? $"\e[31m{text}\e[0m" : text);

    private void Write(string id, string line)
    {
        (string Prefix, string End) prefix;
        lock (_gate)
        {
            if (!_prefixes.TryGetValue(id, out prefix))
            {
                var padded = id.PadRight(Width);
                prefix = _coloured ? ($"\e[{Colours[_prefixes.Count % Colours.Length]}m{padded} |\e[0m ", "\e[0m") : ($"{padded} | ", "");
                _prefixes[id] = prefix;
            }
        }

        Console.WriteLine(prefix.Prefix + line + prefix.End);
    }
}
