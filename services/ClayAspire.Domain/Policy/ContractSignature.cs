namespace ClayAspire.Domain.Policy;

/// <summary>What a person may set their name to in the life of a contract.</summary>
public enum SignatureAction
{
    /// <summary>A draft is ready for Legal.</summary>
    SentToLegal,

    /// <summary>A DPO signed the contract on a legal basis.</summary>
    Signed,

    /// <summary>The contract is stopped at once.</summary>
    Suspended,

    /// <summary>The stop is lifted.</summary>
    Resumed,
}

/// <summary>One fact of a contract's life, with the person's name under it. Facts are only ever added; the newest counts.</summary>
/// <param name="Id">Rises with every fact; 0 while it is not stored.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Action">What was done.</param>
/// <param name="By">User name.</param>
/// <param name="Role">The role in which it was done.</param>
/// <param name="LegalBasis">For a signature, the legal basis; else null.</param>
/// <param name="ExpiresOn">For a signature, the last day on which it holds, UTC; null for no end.</param>
/// <param name="ContractHash">The contract's <see cref="FieldContract.Hash"/> at that time.</param>
/// <param name="Terms">The contract's <see cref="FieldContract.Terms"/> at that time.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why; required for a suspension.</param>
public sealed record ContractSignature(
    long Id, ContractKey Contract, SignatureAction Action, string By, string Role, string? LegalBasis, DateOnly? ExpiresOn,
    string ContractHash, IReadOnlyList<string> Terms, DateTimeOffset At, string? Reason)
{
    /// <summary>The first moment at which the signature no longer holds; null for no end.</summary>
    public DateTimeOffset? EndsAt => ExpiresOn is { } day ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>The stored and written spelling of an action.</summary>
    public static string NameOf(SignatureAction action) => action switch
    {
        SignatureAction.SentToLegal => "sent-to-legal",
        SignatureAction.Signed => "signed",
        SignatureAction.Suspended => "suspended",
        SignatureAction.Resumed => "resumed",
    };

    /// <summary>The action of a spelling.</summary>
    /// <exception cref="ArgumentException">No action is spelled so.</exception>
    public static SignatureAction ActionOf(string name) =>
        Enum.GetValues<SignatureAction>().Cast<SignatureAction?>().FirstOrDefault(a => NameOf(a!.Value) == name)
        ?? throw new ArgumentException($"'{name}' is no action of a signature.", nameof(name));
}

/// <summary>Everything known of contracts' lives beside the policy's files: what people signed, and which contracts must be signed.</summary>
public sealed class ContractBook
{
    private readonly ILookup<ContractKey, ContractSignature> _signatures;
    private readonly HashSet<ContractKey> _unfinished;

    /// <summary>Makes a book.</summary>
    /// <param name="signatures">The facts; of each contract and action, the newest is enough.</param>
    /// <param name="unfinished">Contracts that were once known as Draft or Pending Legal: a file edit alone does not make them Active.</param>
    public ContractBook(IEnumerable<ContractSignature> signatures, IEnumerable<ContractKey> unfinished)
    {
        _signatures = signatures.OrderBy(s => s.Id).ToLookup(s => s.Contract);
        _unfinished = [.. unfinished];
    }

    /// <summary>Nothing was signed, and no contract is known.</summary>
    public static ContractBook Empty { get; } = new([], []);

    /// <summary>The newest fact of one action on a contract; null when there is none.</summary>
    public ContractSignature? Newest(ContractKey contract, SignatureAction action) => _signatures[contract].LastOrDefault(s => s.Action == action);

    /// <summary>Whether a contract was once known as Draft or Pending Legal.</summary>
    public bool WasUnfinished(ContractKey contract) => _unfinished.Contains(contract);

    /// <summary>The same book with more contracts known as Draft or Pending Legal.</summary>
    public ContractBook With(IEnumerable<ContractKey> unfinished) => new(_signatures.SelectMany(s => s), _unfinished.Concat(unfinished));
}
