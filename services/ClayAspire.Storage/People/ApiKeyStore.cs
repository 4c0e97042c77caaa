using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.People;

/// <summary>What a key opens.</summary>
public static class ApiScopes
{
    /// <summary>Rows of Clay tables.</summary>
    public const string IngestClay = "ingest:clay";

    /// <summary>Files.</summary>
    public const string IngestFiles = "ingest:files";

    /// <summary>Events of Smartlead.</summary>
    public const string IngestSmartlead = "ingest:smartlead";

    /// <summary>The console's API, as the person whom the key acts as.</summary>
    public const string Api = "api";
}

/// <summary>A key just made. The key itself is shown once and kept nowhere.</summary>
/// <param name="Id">Its id, to revoke it.</param>
/// <param name="Key">The key.</param>
public sealed record NewApiKey(Guid Id, string Key);

/// <summary>Who calls.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="Scopes">What it opens.</param>
/// <param name="Person">The person whom it acts as; null for none.</param>
public sealed record ApiCaller(string Name, IReadOnlyList<string> Scopes, PersonRow? Person);

/// <summary>Callers' keys; only hashes are kept. Keys are long and random, so that a plain SHA-256 cannot be turned back.</summary>
/// <param name="contexts">The tables.</param>
/// <param name="ids">Ids of keys.</param>
/// <param name="clock">Stamps keys.</param>
public sealed class ApiKeyStore(IDbContextFactory<SyncDbContext> contexts, IIdSource ids, TimeProvider clock)
{
    private const int KeyBytes = 32;

    /// <summary>Makes a random key.</summary>
    public async Task<NewApiKey> CreateAsync(string name, IReadOnlyList<string> scopes, string? actsAs, CancellationToken cancel)
    {
        var key = $"clay_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))}";
        return await CreateWithAsync(key, name, scopes, actsAs, cancel)
            ?? throw new InvalidOperationException("A random key was there already, which cannot be by chance. Check the system's source of randomness.");
    }

    /// <summary>Takes a given key, such as one of the demo's.</summary>
    /// <returns>Null when the key is there already; nothing is changed then.</returns>
    public async Task<NewApiKey?> CreateWithAsync(string key, string name, IReadOnlyList<string> scopes, string? actsAs, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var row = new ApiKeyRow { Id = ids.Next(), Name = name, KeyHash = Hash(key), Scopes = [.. scopes], ActsAs = actsAs, CreatedAt = clock.GetUtcNow() };
        if (await context.ApiKeys.AnyAsync(k => k.KeyHash == row.KeyHash, cancel))
            return null;
        context.ApiKeys.Add(row);
        await context.SaveChangesAsync(cancel);
        return new NewApiKey(row.Id, key);
    }

    /// <summary>Who a key belongs to; null when it opens nothing.</summary>
    public async Task<ApiCaller?> AuthenticateAsync(string key, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(key))
            return null;
        var hash = Hash(key);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var found = await context.ApiKeys.AsNoTracking().Where(k => k.KeyHash == hash && k.RevokedAt == null)
            .Select(k => new { k.Name, k.Scopes, Person = context.People.FirstOrDefault(p => p.UserName == k.ActsAs) }).FirstOrDefaultAsync(cancel);
        return found is null ? null : new ApiCaller(found.Name, found.Scopes, found.Person);
    }

    /// <summary>All keys, without the keys themselves.</summary>
    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.ApiKeys.AsNoTracking().OrderBy(k => k.Name).ThenBy(k => k.Id).ToListAsync(cancel);
    }

    /// <summary>Ends a key; false when it had ended or never was.</summary>
    public async Task<bool> RevokeAsync(Guid id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.ApiKeys.Where(k => k.Id == id && k.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(k => k.RevokedAt, now), cancel) == 1;
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
