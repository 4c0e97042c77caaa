using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using Npgsql;

namespace ClayAspire.Storage.Policies;

/// <summary>How far the stored facts about contracts are: both numbers only rise.</summary>
/// <param name="NewestSignature">The id of the newest signature; 0 for none.</param>
/// <param name="Unfinished">How many contracts were once known as Draft or Pending Legal.</param>
public sealed record PolicyRevision(long NewestSignature, long Unfinished)
{
    /// <summary>Nothing was read yet.</summary>
    public static PolicyRevision Start { get; } = new(0, 0);

    /// <summary>Whether nothing is missing here that the other has.</summary>
    public bool Covers(PolicyRevision other) => NewestSignature >= other.NewestSignature && Unfinished >= other.Unfinished;
}

/// <summary>What a contract that is not Active costs, counted in the mirror.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Live">Live records of its object.</param>
/// <param name="Filled">Those that have a value in the field.</param>
/// <param name="Gain">Those that have none, and for which a value is held.</param>
public sealed record ContractStake(ContractKey Contract, long Live, long Filled, long Gain)
{
    /// <summary>The field's fill rate now; null without records.</summary>
    public double? Rate => Live == 0 ? null : (double)Filled / Live;

    /// <summary>Its fill rate if every held value were written; null without records. At most: sources, types and lengths are looked at when the plan is made.</summary>
    public double? RateIfSigned => Live == 0 ? null : (double)(Filled + Gain) / Live;
}

/// <summary>What people signed of contracts, and which contracts were ever known: append-only, each fact with its entry in the ledger.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="ledger">Where each fact is recorded.</param>
/// <param name="clock">Stamps the facts.</param>
public sealed class ContractStore(NpgsqlDataSource dataSource, LedgerStore ledger, TimeProvider clock)
{
    /// <summary>The channel that is notified when contracts may stand otherwise.</summary>
    public const string Channel = "clayaspire_policy";

    private const string RevisionSql = "Policies/PolicyRevision.sql";

    /// <summary>How far the stored facts are.</summary>
    public Task<PolicyRevision> RevisionAsync(CancellationToken cancel) => RevisionAsync(dataSource.Command(RevisionSql), cancel);

    /// <summary>All that decides how contracts stand, with the revision that it is.</summary>
    public async Task<(ContractBook Book, PolicyRevision Revision)> ReadAsync(CancellationToken cancel)
    {
        // One snapshot, so that the revision is that of the book.
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
        return (await BookAsync(transaction, cancel), await RevisionAsync(transaction.Command(RevisionSql), cancel));
    }

    /// <summary>
    /// Notes the contracts of a policy that comes into force: those seen for the first time, and those that are Draft or Pending Legal for the
    /// first time.
    /// </summary>
    /// <param name="files">The policy as its files have it.</param>
    /// <param name="cancel">Cancels the write.</param>
    public async Task KnowAsync(PolicySet files, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var unfinished = (long)(await transaction.Command("Policies/ContractKnownInsert.sql")
            .With("connections", files.Contracts.Select(c => c.Connection)).With("objects", files.Contracts.Select(c => c.Object))
            .With("fields", files.Contracts.Select(c => c.Field)).With("statuses", files.Contracts.Select(c => c.Status.ToString()))
            .With("unfinished", files.Contracts.Select(c => ContractLife.IsUnfinished(c.Status))).With("now", clock.GetUtcNow()).ScalarAsync(cancel))!;
        if (unfinished > 0)
            await transaction.Command("Policies/PolicyNotify.sql").RunAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Sets a fact down, if the contract stands so that this person may; its entry in the ledger is written with it.</summary>
    /// <param name="contract">The contract as the files have it.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>Null when it is set down now; else why not, and nothing was changed.</returns>
    public async Task<Reason?> SignAsync(FieldContract contract, ContractRequest request, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await transaction.Command("Policies/SignatureLock.sql").RunAsync(cancel);
        var now = clock.GetUtcNow();
        // Looked at again under the lock: two people may act at the same moment.
        var standing = ContractLife.Stand(contract, await BookAsync(transaction, cancel), now);
        if (ContractLife.Check(request, contract, standing, now) is { } refusal)
            return refusal;
        var fact = ContractLife.Fact(request, contract, standing, now);
        fact = fact with { LegalBasis = fact.LegalBasis is null ? null : Storable.Text(fact.LegalBasis), Reason = fact.Reason is null ? null : Storable.Text(fact.Reason) };
        await transaction.Command("Policies/SignatureInsert.sql")
            .With("connection", contract.Connection).With("object", contract.Object).With("field", contract.Field)
            .With("action", ContractSignature.NameOf(fact.Action)).With("signed_by", fact.By).With("role", fact.Role).With("legal_basis", fact.LegalBasis)
            .With("expires_on", fact.ExpiresOn).With("contract_hash", fact.ContractHash).With("terms", fact.Terms).With("at", now).With("reason", fact.Reason).RunAsync(cancel);
        await ledger.AppendAsync(transaction, contract.Connection, [new NewLedgerEntry(KindOf(fact.Action), EvidenceJson.WriteObject(new
        {
            @object = contract.Object, field = contract.Field, by = fact.By, role = fact.Role, basis = fact.LegalBasis, expiresOn = fact.ExpiresOn, reason = fact.Reason,
            contract = fact.ContractHash, terms = fact.Terms,
        }))], cancel);
        await transaction.Command("Policies/PolicyNotify.sql").RunAsync(cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>Every fact of a contract, the newest first.</summary>
    public async Task<IReadOnlyList<ContractSignature>> HistoryAsync(ContractKey contract, CancellationToken cancel) =>
        await dataSource.Command("Policies/SignatureGetOfContract.sql").With("connection", contract.Connection).With("object", contract.Object).With("field", contract.Field)
            .ReadAllAsync(Signature, cancel);

    /// <summary>What these contracts cost as long as they are not Active. Reads each object's mirror once.</summary>
    public async Task<IReadOnlyList<ContractStake>> StakesAsync(IReadOnlyCollection<FieldContract> contracts, CancellationToken cancel) =>
        contracts.Count == 0 ? [] : await dataSource.Command("Policies/ContractStakeGet.sql")
            .With("connections", contracts.Select(c => c.Connection)).With("objects", contracts.Select(c => c.Object)).With("fields", contracts.Select(c => c.Field))
            .With("flags", contracts.Select(c => c.Type == FieldType.Checkbox))
            .ReadAllAsync(r => new ContractStake(new ContractKey(r.GetString(0), r.GetString(1), r.GetString(2)), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)), cancel);

    private static async Task<ContractBook> BookAsync(NpgsqlTransaction transaction, CancellationToken cancel)
    {
        var signatures = await transaction.Command("Policies/SignatureGetNewest.sql").ReadAllAsync(Signature, cancel);
        var unfinished = await transaction.Command("Policies/ContractKnownGetUnfinished.sql").ReadAllAsync(r => new ContractKey(r.GetString(0), r.GetString(1), r.GetString(2)), cancel);
        return new ContractBook(signatures, unfinished);
    }

    private static async Task<PolicyRevision> RevisionAsync(NpgsqlCommand command, CancellationToken cancel) =>
        (await command.ReadOneAsync(r => new PolicyRevision(r.GetInt64(0), r.GetInt64(1)), cancel))!;

    private static ContractSignature Signature(NpgsqlDataReader r) => new(
        r.GetInt64(0), new ContractKey(r.GetString(1), r.GetString(2), r.GetString(3)), ContractSignature.ActionOf(r.GetString(4)), r.GetString(5), r.GetString(6),
        r.TextOrNull(7), r.IsDBNull(8) ? null : r.GetFieldValue<DateOnly>(8), r.GetString(9), r.GetFieldValue<string[]>(10), r.At(11), r.TextOrNull(12));

    private static string KindOf(SignatureAction action) => action switch
    {
        SignatureAction.SentToLegal => LedgerKinds.ContractSentToLegal,
        SignatureAction.Signed => LedgerKinds.ContractSigned,
        SignatureAction.Suspended => LedgerKinds.ContractSuspended,
        SignatureAction.Resumed => LedgerKinds.ContractResumed,
    };
}
