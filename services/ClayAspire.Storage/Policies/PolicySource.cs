using ClayAspire.Domain.Policy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ClayAspire.Storage.Policies;

/// <summary>
/// The policy in force. Files are read at the start and on every change; a broken edit keeps the last good policy in force
/// and shows in <see cref="Problems"/>.
/// </summary>
public sealed class PolicySource : IDisposable
{
    private readonly PhysicalFileProvider _files;
    private readonly IDisposable _watch;
    private readonly ILogger<PolicySource> _logger;
    private readonly Lock _gate = new();
    private volatile PolicySet _current;
    private volatile IReadOnlyList<PolicyProblem> _problems = [];

    /// <summary>Reads the policy of a service.</summary>
    /// <param name="environment">Its content root is where the search for the folder begins.</param>
    /// <param name="configuration">Setting <c>Policy:Directory</c>.</param>
    /// <param name="logger">Logs changes and problems.</param>
    /// <exception cref="InvalidDataException">The policy does not load; the message lists every problem with file, line and remedy.</exception>
    public PolicySource(IHostEnvironment environment, IConfiguration configuration, ILogger<PolicySource> logger)
        : this(PolicyDirectory.Find(environment.ContentRootPath, configuration["Policy:Directory"]), logger)
    {
    }

    internal PolicySource(string directory, ILogger<PolicySource> logger)
    {
        Directory = directory;
        _logger = logger;
        var load = PolicyDirectory.Read(directory);
        _current = load.Policy ?? throw new InvalidDataException($"The policy in '{directory}' does not load:\n{string.Join('\n', load.Problems)}");
        // Polling beside the watcher: bind mounts and network folders often raise no events.
        _files = new PhysicalFileProvider(directory) { UsePollingFileWatcher = true, UseActivePolling = true };
        _watch = ChangeToken.OnChange(() => _files.Watch("**/*.yaml"), Reload);
        _logger.LogInformation("Policy {Version} is in force.", _current.Version);
    }

    /// <summary>Raised after a changed policy has come into force; never for a broken edit.</summary>
    public event EventHandler<PolicyChangedEventArgs>? Changed;

    /// <summary>The folder that it is read from.</summary>
    public string Directory { get; }

    /// <summary>The policy in force.</summary>
    public PolicySet Current => _current;

    /// <summary>What is wrong with the files as they are now; empty when they are in force.</summary>
    public IReadOnlyList<PolicyProblem> Problems => _problems;

    /// <summary>Reads the files anew.</summary>
    /// <returns>Whether they are in force now.</returns>
    public bool TryReload()
    {
        PolicySet? changed = null;
        lock (_gate)
        {
            var load = PolicyDirectory.Read(Directory);
            _problems = load.Problems;
            if (load.Policy is { } policy && policy.Version != _current.Version)
                _current = changed = policy;
        }
        foreach (var problem in _problems)
            _logger.LogError("The policy was changed and does not load; version {Version} stays in force. {Problem}", _current.Version, problem);
        if (changed is not null)
        {
            _logger.LogInformation("Policy {Version} is in force.", changed.Version);
            Changed?.Invoke(this, new PolicyChangedEventArgs(changed));
        }
        return _problems.Count == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _files.Dispose();
    }

    private void Reload() => TryReload();
}

/// <summary>A changed policy has come into force.</summary>
/// <param name="policy">The policy.</param>
public sealed class PolicyChangedEventArgs(PolicySet policy) : EventArgs
{
    /// <summary>The policy now in force.</summary>
    public PolicySet Policy { get; } = policy;
}
