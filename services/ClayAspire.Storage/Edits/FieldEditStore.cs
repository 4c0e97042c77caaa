using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using Npgsql;

namespace ClayAspire.Storage.Edits;

/// <summary>What learned of an edit.</summary>
public static class LearnedBy
{
    /// <summary>A plan.</summary>
    public const string Plan = "plan";

    /// <summary>The second check of an apply.</summary>
    public const string Apply = "apply";

    /// <summary>A refresh of the mirror.</summary>
    public const string Mirror = "mirror";

    /// <summary>The drift watch.</summary>
    public const string Drift = "drift";
}

/// <summary>Edits that the CRM's field history told us of; the console, which never asks the CRM, reads them here.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">Stamps when they were learned.</param>
public sealed class FieldEditStore(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>Stores edits; one that is known is left as it is, unless its editor was unknown before.</summary>
    /// <param name="edits">Any answers of a connector; those that name no edit are left out.</param>
    /// <param name="learnedBy">One of <see cref="LearnedBy"/>.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>How many rows changed.</returns>
    public async Task<int> SaveAsync(IEnumerable<KeyValuePair<CellKey, LastEdit>> edits, string learnedBy, CancellationToken cancel)
    {
        var changed = 0;
        foreach (var chunk in edits.Where(e => e.Value.IsEdit).Chunk(5000))
        {
            changed += await dataSource.Command("Edits/FieldEditInsertUnlessKnown.sql")
                .With("connections", chunk.Select(e => e.Key.Record.Connection)).With("objects", chunk.Select(e => e.Key.Record.Object))
                .With("records", chunk.Select(e => e.Key.Record.Id)).With("fields", chunk.Select(e => e.Key.Field))
                .With("times", chunk.Select(e => e.Value.At!.Value)).With("kinds", chunk.Select(e => EditorKinds.Name(e.Value.By)))
                .With("editors", chunk.Select(e => e.Value.EditorId ?? "")).With("creations", chunk.Select(e => e.Value.IsCreation))
                .With("kept", chunk.Select(e => e.Value.New is not null)).With("olds", chunk.Select(e => Text(e.Value.Old))).With("news", chunk.Select(e => Text(e.Value.New)))
                .With("codes", chunk.Select(e => e.Value.Gap?.Code)).With("gaps", chunk.Select(e => e.Value.Gap?.Text))
                .With("learned_by", learnedBy).With("now", clock.GetUtcNow()).RunAsync(cancel);
        }
        return changed;
    }

    /// <summary>
    /// Of these records, the cells whose value in the mirror is not the one that we verified last, where no edit is known that explains it.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="object">The object.</param>
    /// <param name="records">The records.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Cancels the reading.</param>
    public async Task<IReadOnlyList<CellKey>> StrayedAsync(string connection, string @object, IReadOnlyCollection<string> records, int limit, CancellationToken cancel) =>
        await dataSource.Command("Edits/CellGetStrayed.sql").With("connection", connection).With("object", @object).With("records", records).With("limit", limit)
            .ReadAllAsync(r => new CellKey(new RecordKey(connection, @object, r.GetString(0)), r.GetString(1)), cancel);

    private static string? Text(FieldValue? value) => value is { Text: { } text } ? Storable.Text(text) : null;
}
