using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using Npgsql;

namespace ClayAspire.Storage.Signals;

/// <summary>A cell whose record lives on as another.</summary>
/// <param name="From">The cell.</param>
/// <param name="To">The cell that it lives on as.</param>
/// <param name="Why"><c>merged</c> or <c>converted</c>.</param>
public sealed record Successor(CellKey From, CellKey To, string Why);

/// <summary>Takes what is offered for a record on to the one that it lives on as. What was offered stays where it was offered, too: it is a fact.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="ledger">Where each following is recorded.</param>
public sealed class SuccessionStore(NpgsqlDataSource dataSource, LedgerStore ledger)
{
    /// <summary>Offers for the successors what waits for the cells, and says so in the ledger. Asked again, it does nothing.</summary>
    /// <param name="moves">Cells of one connection with their successors.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The cells of successors that something new is offered for.</returns>
    public async Task<int> FollowAsync(IReadOnlyList<Successor> moves, CancellationToken cancel)
    {
        if (moves.Count == 0)
            return 0;
        var crm = moves[0].From.Record.Connection;
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var followed = await transaction.Command("Signals/CandidateCopyToSuccessor.sql").With("connection", crm)
            .With("objects", moves.Select(m => m.From.Record.Object)).With("records", moves.Select(m => m.From.Record.Id)).With("fields", moves.Select(m => m.From.Field))
            .With("to_objects", moves.Select(m => m.To.Record.Object)).With("to_records", moves.Select(m => m.To.Record.Id)).With("to_fields", moves.Select(m => m.To.Field))
            .ReadAllAsync(r => (Cell: new CellKey(new RecordKey(crm, r.GetString(0), r.GetString(1)), r.GetString(2)), Signals: r.GetFieldValue<long[]>(3)), cancel);
        var origins = moves.ToLookup(m => m.To);
        await ledger.AppendAsync(transaction, crm, [.. followed.Select(f => new NewLedgerEntry(LedgerKinds.OffersFollowed, EvidenceJson.WriteObject(new
        {
            @object = f.Cell.Record.Object,
            record = f.Cell.Record.Id,
            field = f.Cell.Field,
            from = origins[f.Cell].Select(m => m.From.Record.Id).ToArray(),
            fromObject = origins[f.Cell].First().From.Record.Object,
            why = origins[f.Cell].First().Why,
            signals = f.Signals,
        })))], cancel);
        await transaction.CommitAsync(cancel);
        return followed.Count;
    }
}
