namespace ClayAspire.Domain.Policy;

/// <summary>What the newest signature of a contract is worth now.</summary>
public enum SignatureState
{
    /// <summary>Nobody signed.</summary>
    None,

    /// <summary>It holds.</summary>
    Valid,

    /// <summary>Its last day is over.</summary>
    Expired,

    /// <summary>The contract was changed since.</summary>
    Changed,
}

/// <summary>How the status of a contract that is in force came about.</summary>
/// <param name="FileStatus">What the files say.</param>
/// <param name="Status">What is in force.</param>
/// <param name="TakesSignature">Whether it is Active by a DPO's signature only; false for a contract that was Active when it was first seen, and that nobody signed since.</param>
/// <param name="Signature">What the newest signature is worth.</param>
/// <param name="Signed">The newest signature, whatever it is worth.</param>
/// <param name="SentToLegal">The newest sending to Legal that still speaks of this contract.</param>
/// <param name="Suspension">The suspension from the console that is in force.</param>
/// <param name="Remark">Where it is not obvious, why it is not Active: a sentence that names people and times; else null.</param>
public sealed record ContractStanding(
    ContractStatus FileStatus, ContractStatus Status, bool TakesSignature, SignatureState Signature,
    ContractSignature? Signed, ContractSignature? SentToLegal, ContractSignature? Suspension, string? Remark)
{
    /// <summary>When the signature that is in force ends; null when none is, or when it has no end.</summary>
    public DateTimeOffset? EndsAt => Signature == SignatureState.Valid ? Signed!.EndsAt : null;

    /// <summary>Whether the signature in force ends within a time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="within">How long before its end it is warned of.</param>
    public bool EndsSoon(DateTimeOffset now, TimeSpan within) => EndsAt is { } end && end - now <= within;
}
