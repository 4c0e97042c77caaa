using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The log of every resource: passed on line by line, and the last lines kept for the report of a death.</summary>
public class ResourceLoggerService
{
    private const int Kept = 40;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _lines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Called with resource id, line, and whether it came from standard error.</summary>
    internal Action<string, string, bool>? LineWritten { get; set; }

    /// <summary>A logger that writes to a resource's log.</summary>
    public ILogger GetLogger(IResource resource) => new ResourceLogger(this, resource.Name);

    /// <summary>A logger that writes to the log of one instance.</summary>
    public ILogger GetLogger(string resourceName) => new ResourceLogger(this, resourceName);

    internal void Write(string resourceId, string line, bool isError)
    {
        var lines = _lines.GetOrAdd(resourceId, _ => new ConcurrentQueue<string>());
        lines.Enqueue(line);
        while (lines.Count > Kept)
            lines.TryDequeue(out _);
        LineWritten?.Invoke(resourceId, line, isError);
    }

    internal IReadOnlyCollection<string> LastLines(string resourceId) =>
        _lines.TryGetValue(resourceId, out var lines) ? lines : [];

    private sealed class ResourceLogger(ResourceLoggerService service, string id) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            var text = formatter(state, exception);
            service.Write(id, exception is null ? text : $"{text} {exception.Message}", logLevel >= LogLevel.Error);
        }
    }
}
