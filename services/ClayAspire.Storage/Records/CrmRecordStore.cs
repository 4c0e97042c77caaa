using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Records;

/// <summary>The mirror: the last values read of each CRM record, for finding records and for measuring; never the basis of a write.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="clock">Stamps the cursor.</param>
public sealed class CrmRecordStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    /// <summary>Stores records as read; a record that was read later already is left as it is.</summary>
    /// <param name="records">Any number; the last of several readings of one record counts.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>How many rows changed.</returns>
    public async Task<int> UpsertAsync(IReadOnlyList<CrmRecordRow> records, CancellationToken cancel)
    {
        var changed = 0;
        var latest = records.GroupBy(r => (r.Connection, r.Object, r.RecordId)).Select(g => g.MaxBy(r => r.ReadAt)!);
        foreach (var chunk in latest.Chunk(5000))
        {
            changed += await dataSource.Command("Records/CrmRecordUpsertIfNewer.sql")
                .With("connections", chunk.Select(r => r.Connection)).With("objects", chunk.Select(r => r.Object)).With("records", chunk.Select(r => r.RecordId))
                .With("emails", chunk.Select(r => r.EmailKey)).With("externals", chunk.Select(r => r.ExternalKey))
                .With("versions", chunk.Select(r => r.Version)).With("states", chunk.Select(r => r.State)).With("successors", chunk.Select(r => r.SuccessorId))
                .With("fields", chunk.Select(r => r.Fields)).With("created", chunk.Select(r => r.CreatedAt)).With("read", chunk.Select(r => r.ReadAt))
                .RunAsync(cancel);
        }
        return changed;
    }

    /// <summary>The records with these ids.</summary>
    public async Task<IReadOnlyList<CrmRecordRow>> FindByIdsAsync(string connection, string @object, IReadOnlyCollection<string> ids, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.CrmRecords.AsNoTracking()
            .Where(r => r.Connection == connection && r.Object == @object && ids.Contains(r.RecordId)).ToListAsync(cancel);
    }

    /// <summary>The records with these e-mail addresses, whatever their state; several may share one.</summary>
    public async Task<IReadOnlyList<CrmRecordRow>> FindByEmailsAsync(string connection, string @object, IReadOnlyCollection<string> emails, CancellationToken cancel)
    {
        var keys = emails.Select(e => e.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToArray();
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.CrmRecords.AsNoTracking()
            .Where(r => r.Connection == connection && r.Object == @object && r.EmailKey != null && keys.Contains(r.EmailKey)).ToListAsync(cancel);
    }

    /// <summary>The records with these external ids.</summary>
    public async Task<IReadOnlyList<CrmRecordRow>> FindByExternalKeysAsync(string connection, string @object, IReadOnlyCollection<string> keys, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.CrmRecords.AsNoTracking()
            .Where(r => r.Connection == connection && r.Object == @object && r.ExternalKey != null && keys.Contains(r.ExternalKey)).ToListAsync(cancel);
    }

    /// <summary>Notes that records are converted, merged or deleted.</summary>
    /// <returns>How many the mirror had.</returns>
    public Task<int> MarkGoneAsync(string connection, string @object, IReadOnlyCollection<string> ids, string state, CancellationToken cancel) =>
        dataSource.Command("Records/CrmRecordMarkGone.sql")
            .With("connection", connection).With("object", @object).With("ids", ids).With("state", state).With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>How far the mirror of an object is; null before its first reading.</summary>
    public async Task<MirrorCursorRow?> FindCursorAsync(string connection, string @object, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.MirrorCursors.AsNoTracking().FirstOrDefaultAsync(r => r.Connection == connection && r.Object == @object, cancel);
    }

    /// <summary>Whether the mirror has read all of these objects at least once.</summary>
    public async Task<bool> IsReadAsync(string connection, IReadOnlyList<string> objects, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.MirrorCursors.CountAsync(r => r.Connection == connection && objects.Contains(r.Object) && r.LastFullAt != null, cancel) == objects.Count;
    }

    /// <summary>The connections of which the mirror has read anything.</summary>
    public async Task<IReadOnlySet<string>> ReadConnectionsAsync(CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return (await context.MirrorCursors.AsNoTracking().Select(r => r.Connection).Distinct().ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Moves the cursor; it never goes back.</summary>
    /// <param name="cursor">The new place; its <see cref="MirrorCursorRow.UpdatedAt"/> is set here.</param>
    /// <param name="cancel">Cancels the write.</param>
    public Task SetCursorAsync(MirrorCursorRow cursor, CancellationToken cancel) =>
        dataSource.Command("Records/MirrorCursorSet.sql")
            .With("connection", cursor.Connection).With("object", cursor.Object).With("read_until", cursor.ReadUntil).With("last_full_at", cursor.LastFullAt)
            .With("now", clock.GetUtcNow()).RunAsync(cancel);
}
