using System.Text;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using Microsoft.Extensions.Hosting;

namespace ClayAspire.Storage.Ledger;

/// <summary>The last anchor of a connection, and how the ledger stands to it.</summary>
/// <param name="File">The anchor's file, without its folder.</param>
/// <param name="Anchor">The anchor.</param>
/// <param name="Stands">Whether the ledger still holds the entry that it saw.</param>
/// <param name="Since">Entries after it; negative when the ledger has fewer than it saw.</param>
public sealed record AnchorStanding(string File, LedgerAnchor Anchor, bool Stands, long Since);

/// <summary>The ledger no longer holds what its last anchor saw: entries were cut off or rewritten. No further anchor is made of it.</summary>
/// <param name="standing">The anchor.</param>
public sealed class LedgerContradictedException(AnchorStanding standing)
    : Exception($"The ledger of '{standing.Anchor.Connection}' does not hold entry {standing.Anchor.Sequence} as anchor {standing.File} saw it: entries were cut off or rewritten. "
        + "No new anchor is made. Run 'clayaspire ledger verify --anchors' with the copies of the anchors, and tell the DPO. "
        + "If the database was restored from a backup on purpose, move the folder of anchors away and keep it: a new chain of anchors begins.");

/// <summary>The folder of anchors: one file a day and connection, written whole or not at all, never written over.</summary>
/// <param name="ledger">The chains.</param>
/// <param name="settings">Where the folder is.</param>
/// <param name="environment">The content root that a relative folder is taken from.</param>
/// <param name="ids">Names of files that are not whole yet.</param>
/// <param name="clock">Stamps the anchors.</param>
public sealed class AnchorStore(LedgerStore ledger, LedgerSettings settings, IHostEnvironment environment, IIdSource ids, TimeProvider clock)
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = settings.ResolveAnchorDirectory(environment.ContentRootPath);

    /// <summary>The day whose anchor is due: today from <see cref="LedgerSettings.AnchorAt"/> on, yesterday before it.</summary>
    public DateOnly DueDay()
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var today = DateOnly.FromDateTime(now);
        return TimeOnly.FromDateTime(now) >= settings.AnchorAt ? today : today.AddDays(-1);
    }

    /// <summary>Whether the folder holds a connection's anchor of that day.</summary>
    public bool Has(string connection, DateOnly day) => File.Exists(PathOf(connection, day));

    /// <summary>
    /// Writes a connection's anchor of that day, if there is none and the ledger has an entry. One that was missed is made up for by the next:
    /// it covers every entry before it.
    /// </summary>
    /// <returns>The anchor; null when there was nothing to do.</returns>
    /// <exception cref="LedgerContradictedException">The ledger does not hold what the last anchor saw.</exception>
    /// <exception cref="InvalidDataException">The last anchor's file is not as it was made.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public async Task<LedgerAnchor?> WriteAsync(string connection, DateOnly day, CancellationToken cancel)
    {
        if (Has(connection, day) || await MakeAsync(connection, cancel) is not { } anchor)
            return null;
        Directory.CreateDirectory(Folder);
        var path = PathOf(connection, day);
        var part = Path.Combine(Folder, $".{ids.Next():N}.part");
        try
        {
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(anchor.ToFile()), cancel);
                file.Flush(flushToDisk: true);
            }
            File.Move(part, path, overwrite: false);
            return anchor;
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another leader was faster; the anchor of a day is the first one.
            return null;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>An anchor of the chain's end as it is now, after the last one in the folder; it is not written anywhere.</summary>
    /// <returns>Null when the ledger is empty.</returns>
    /// <exception cref="LedgerContradictedException">The ledger does not hold what the last anchor saw.</exception>
    /// <exception cref="InvalidDataException">The last anchor's file is not as it was made.</exception>
    public async Task<LedgerAnchor?> MakeAsync(string connection, CancellationToken cancel)
    {
        var last = await LastAsync(connection, cancel);
        if (last is { Stands: false })
            throw new LedgerContradictedException(last);
        return await ledger.EndAsync(connection, cancel) is { } end
            ? LedgerAnchor.Make(connection, end.Sequence, end.Hash, clock.GetUtcNow(), last?.Anchor)
            : null;
    }

    /// <summary>The latest anchor of a connection in the folder, and whether the ledger still holds what it saw; null when there is none.</summary>
    /// <exception cref="InvalidDataException">Its file is not as it was made; the message names it.</exception>
    public async Task<AnchorStanding?> LastAsync(string connection, CancellationToken cancel)
    {
        if (!Directory.Exists(Folder))
            return null;
        var files = Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Where(f => AnchorFileName.Read(f)?.Connection == connection);
        if (files.OrderBy(f => AnchorFileName.Read(f)!.Value.Day).LastOrDefault() is not { } name)
            return null;
        var (anchor, problem) = LedgerAnchor.Read(await File.ReadAllTextAsync(Path.Combine(Folder, name), cancel));
        if (problem is null && anchor!.Connection != connection)
            problem = $"it is of connection '{anchor.Connection}'";
        if (problem is not null)
            throw new InvalidDataException($"The last anchor of '{connection}', {Path.Combine(Folder, name)}, was altered: {problem}. Put it back from its copy.");
        var stands = await ledger.HashAtAsync(connection, anchor!.Sequence, cancel) == anchor.Hash;
        return new AnchorStanding(name, anchor, stands, ((await ledger.EndAsync(connection, cancel))?.Sequence ?? 0) - anchor.Sequence);
    }

    private string PathOf(string connection, DateOnly day) => Path.Combine(Folder, AnchorFileName.Of(connection, day));
}
