using ClayAspire.Domain.Policy;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ClayAspire.Storage.Policies;

/// <summary>
/// The policy in force: the files, read at the start and on every change, under what people signed, which stands in the database. A broken
/// edit keeps the last good files in force and shows in <see cref="Problems"/>. <see cref="Current"/> follows signatures within moments (see
/// <see cref="PolicyFollower"/>), and their end to the second; who decides what is written asks <see cref="RefreshAsync"/>, which has seen them all.
/// </summary>
public sealed class PolicySource : IDisposable
{
    private readonly ContractStore? _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<PolicySource> _logger;
    private readonly PhysicalFileProvider _provider;
    private readonly IDisposable _watch;
    private readonly Lock _gate = new();
    private readonly List<PolicySet> _unrecorded = [];
    private ContractBook _book = ContractBook.Empty;
    private PolicyRevision _revision = PolicyRevision.Start;
    private volatile PolicySet _files;
    private volatile PolicySet _current;
    private volatile IReadOnlyList<PolicyProblem> _problems = [];

    /// <summary>Reads the policy of a service.</summary>
    /// <param name="environment">Its content root is where the search for the folder begins.</param>
    /// <param name="settings">The folder.</param>
    /// <param name="store">What people signed.</param>
    /// <param name="clock">Signatures end by it.</param>
    /// <param name="logger">Logs changes and problems.</param>
    /// <exception cref="InvalidDataException">The policy does not load; the message lists every problem with file, line and remedy.</exception>
    public PolicySource(IHostEnvironment environment, IOptions<PolicySettings> settings, ContractStore store, TimeProvider clock, ILogger<PolicySource> logger)
        : this(PolicyDirectory.Find(environment.ContentRootPath, settings.Value.Directory), store, clock, logger)
    {
    }

    /// <summary>Reads a policy that no database stands beside: its files alone are in force.</summary>
    internal PolicySource(string directory, ILogger<PolicySource> logger)
        : this(directory, null, TimeProvider.System, logger)
    {
    }

    private PolicySource(string directory, ContractStore? store, TimeProvider clock, ILogger<PolicySource> logger)
    {
        Directory = directory;
        _store = store;
        _clock = clock;
        _logger = logger;
        var load = PolicyDirectory.Read(directory);
        _files = load.Policy ?? throw new InvalidDataException($"The policy in '{directory}' does not load:\n{string.Join('\n', load.Problems)}");
        _unrecorded.Add(_files);
        _current = InForce();
        // Polling beside the watcher: bind mounts and network folders often raise no events.
        _provider = new PhysicalFileProvider(directory) { UsePollingFileWatcher = true, UseActivePolling = true };
        _watch = ChangeToken.OnChange(() => _provider.Watch("**/*.yaml"), Reload);
        Log(_current);
    }

    /// <summary>Raised after a changed policy has come into force; never for a broken edit.</summary>
    public event EventHandler<PolicyChangedEventArgs>? Changed;

    /// <summary>The folder that it is read from.</summary>
    public string Directory { get; }

    /// <summary>The policy in force, as far as this process has heard.</summary>
    public PolicySet Current
    {
        get
        {
            var current = _current;
            if (current.EndsAt is not { } end || _clock.GetUtcNow() < end)
                return current;
            Settle(() => true);
            return _current;
        }
    }

    /// <summary>The policy as its files have it, whatever was signed.</summary>
    public PolicySet Files => _files;

    /// <summary>What is wrong with the files as they are now; empty when they are in force.</summary>
    public IReadOnlyList<PolicyProblem> Problems => _problems;

    /// <summary>The policy in force with everything that was signed up to this moment; what is decided next is decided under it.</summary>
    /// <param name="cancel">Cancels the read.</param>
    /// <exception cref="Npgsql.NpgsqlException">The database does not answer, so that nobody can know what is in force.</exception>
    public async Task<PolicySet> RefreshAsync(CancellationToken cancel)
    {
        if (_store is null)
            return Current;
        await RecordAsync(_store, cancel);
        var revision = await _store.RevisionAsync(cancel);
        bool isKnown;
        lock (_gate)
            isKnown = _revision.Covers(revision);
        if (!isKnown)
        {
            var (book, read) = await _store.ReadAsync(cancel);
            Settle(() =>
            {
                // A reading that took longer must not put an older one in its place.
                if (!read.Covers(_revision))
                    return false;
                (_book, _revision) = (book, read);
                return true;
            });
        }
        return Current;
    }

    /// <summary>Reads the files anew.</summary>
    /// <returns>Whether they are in force now.</returns>
    public bool TryReload()
    {
        IReadOnlyList<PolicyProblem> problems = [];
        Settle(() =>
        {
            var load = PolicyDirectory.Read(Directory);
            _problems = problems = load.Problems;
            if (load.Policy is not { } policy || policy.Version == _files.Version)
                return false;
            _files = policy;
            _unrecorded.Add(policy);
            return true;
        });
        foreach (var problem in problems)
            _logger.LogError("The policy was changed and does not load; version {Version} stays in force. {Problem}", _current.Version, problem);
        return problems.Count == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _provider.Dispose();
    }

    private void Reload() => TryReload();

    /// <summary>Takes in a change, and puts in force what files, signatures and clock say now; nobody sees the one without the other.</summary>
    private void Settle(Func<bool> change)
    {
        PolicySet? changed = null;
        lock (_gate)
        {
            if (!change())
                return;
            var policy = InForce();
            if (policy.Version != _current.Version)
                changed = policy;
            _current = policy;
        }
        if (changed is null)
            return;
        Log(changed);
        Changed?.Invoke(this, new PolicyChangedEventArgs(changed));
    }

    // What this process has seen as Draft or Pending Legal counts at once, not only when it is written down.
    private PolicySet InForce() => _files.WithSignatures(
        _book.With(_unrecorded.SelectMany(Unfinished)), _clock.GetUtcNow());

    private async Task RecordAsync(ContractStore store, CancellationToken cancel)
    {
        while (true)
        {
            PolicySet? next;
            lock (_gate)
                next = _unrecorded.FirstOrDefault();
            if (next is null)
                return;
            await store.KnowAsync(next, cancel);
            lock (_gate)
            {
                // The book must have what the list no longer holds.
                _book = _book.With(Unfinished(next));
                _unrecorded.Remove(next);
            }
        }
    }

    private static IEnumerable<ContractKey> Unfinished(PolicySet files) => files.Contracts.Where(c => ContractLife.IsUnfinished(c.Status)).Select(c => c.Key);

    private void Log(PolicySet policy)
    {
        _logger.LogInformation("Policy {Version} is in force (files {FilesVersion}).", policy.Version, policy.FilesVersion);
        foreach (var problem in policy.Unsigned)
            _logger.LogWarning("{Problem}", problem);
    }
}

/// <summary>A changed policy has come into force.</summary>
/// <param name="policy">The policy.</param>
public sealed class PolicyChangedEventArgs(PolicySet policy) : EventArgs
{
    /// <summary>The policy now in force.</summary>
    public PolicySet Policy { get; } = policy;
}
