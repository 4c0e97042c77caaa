using System.Collections.Concurrent;
using System.Text.Json;
using ClayAspire.Domain.Edits;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>What the org says of the users who made edits. Kept for some minutes; names are looked at and not kept.</summary>
internal sealed class SalesforceEditors(SalesforceTransport transport, SalesforceQuery query, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (Editor? Editor, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    /// <summary>The users with these ids; those that the integration user cannot see are missing.</summary>
    public async Task<IReadOnlyDictionary<string, Editor>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var us = await transport.UserIdAsync(cancellationToken);
        var asked = ids.Where(id => !_known.TryGetValue(id, out var known) || known.Until <= now).ToArray();
        var others = asked.Where(id => !IsSame(id, us)).ToArray();
        var found = others.Length == 0 ? [] : await AskAsync(others, withProfile: true, cancellationToken);
        foreach (var id in asked)
            _known[id] = (IsSame(id, us) ? new Editor(id, IsUs: true, null, null, null) : found.GetValueOrDefault(id), now + Life);
        return ids.Distinct(StringComparer.Ordinal).Select(id => (id, _known[id].Editor)).Where(e => e.Editor is not null)
            .ToDictionary(e => e.id, e => e.Editor!, StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, Editor>> AskAsync(IReadOnlyList<string> ids, bool withProfile, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(ids, withProfile, cancellationToken);
        }
        catch (CrmException e) when (SalesforceErrorTable.IsHidden(e))
        {
            // One hidden column fails the whole query. Users that stay unknown say so, with the remedy, in every edit of theirs.
            return withProfile ? await AskAsync(ids, withProfile: false, cancellationToken) : [];
        }
    }

    private async Task<Dictionary<string, Editor>> ReadAsync(IReadOnlyList<string> ids, bool withProfile, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Editor>(StringComparer.Ordinal);
        foreach (var statement in Soql.In($"SELECT Id,UserType,Name{(withProfile ? ",Profile.Name" : "")} FROM User WHERE Id IN ", ids))
            await foreach (var row in query.RowsAsync("query", statement, cancellationToken))
                if (SalesforceJson.Text(row, "Id") is { } id)
                    found[id] = new Editor(id, IsUs: false, SalesforceJson.Text(row, "UserType"), ProfileOf(row), SalesforceJson.Text(row, "Name"), withProfile);
        return found;
    }

    private static string? ProfileOf(JsonElement row) =>
        row.TryGetProperty("Profile", out var profile) && profile.ValueKind == JsonValueKind.Object ? SalesforceJson.Text(profile, "Name") : null;

    // The last three letters only guard the case of the first fifteen.
    private static bool IsSame(string id, string us) => id.AsSpan(0, Math.Min(15, id.Length)).SequenceEqual(us.AsSpan(0, Math.Min(15, us.Length)));
}
