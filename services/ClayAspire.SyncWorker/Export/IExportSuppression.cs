using ClayAspire.Domain.Writeback;

namespace ClayAspire.SyncWorker.Export;

/// <summary>Who must not be exported, beyond the flags of lead and contact: the seam for a suppression list.</summary>
internal interface IExportSuppression
{
    /// <summary>Of these addresses, in lower case, those that are suppressed, each with why.</summary>
    Task<IReadOnlyDictionary<string, Reason>> FindAsync(string connection, IReadOnlyCollection<string> emails, CancellationToken cancel);
}

/// <summary>There is no list: the flags of lead and contact decide alone.</summary>
internal sealed class NoExportSuppression : IExportSuppression
{
    private static readonly Dictionary<string, Reason> None = [];

    public Task<IReadOnlyDictionary<string, Reason>> FindAsync(string connection, IReadOnlyCollection<string> emails, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyDictionary<string, Reason>>(None);
}
