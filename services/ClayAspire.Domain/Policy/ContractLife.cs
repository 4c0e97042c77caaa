using System.Globalization;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>What somebody asks to set their name to.</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="By">User name.</param>
/// <param name="Roles">The person's roles.</param>
/// <param name="Hash">The contract's hash as the person saw it; required to sign.</param>
/// <param name="LegalBasis">The legal basis; required to sign.</param>
/// <param name="ExpiresOn">For a signature, the last day on which it is to hold, UTC; null for no end.</param>
/// <param name="Reason">Why; required to suspend.</param>
public sealed record ContractRequest(
    SignatureAction Action, string By, IReadOnlyList<string> Roles, string? Hash = null, string? LegalBasis = null, DateOnly? ExpiresOn = null, string? Reason = null);

/// <summary>The life of a contract, Draft → Pending Legal → Active → Suspended: which status is in force, and who may move it on. Pure.</summary>
public static class ContractLife
{
    /// <summary>The role whose signature makes a contract Active. No other role signs, not even Admin.</summary>
    public const string SigningRole = "DPO";

    /// <summary>The role that runs the CRM side: it may suspend and resume, and send drafts to Legal.</summary>
    public const string OperatingRole = "CRM Admin";

    /// <summary>The longest legal basis or reason, in characters.</summary>
    public const int LongestText = 2000;

    /// <summary>Whether a contract of this status was never released for writing. One that was once so takes a signature to become Active.</summary>
    public static bool IsUnfinished(ContractStatus status) => status is ContractStatus.Draft or ContractStatus.PendingLegal;

    /// <summary>How a contract stands now.</summary>
    /// <param name="contract">The contract as the files have it.</param>
    /// <param name="book">What is known beside the files.</param>
    /// <param name="now">The time.</param>
    public static ContractStanding Stand(FieldContract contract, ContractBook book, DateTimeOffset now)
    {
        var signed = book.Newest(contract.Key, SignatureAction.Signed);
        var suspension = book.Newest(contract.Key, SignatureAction.Suspended);
        if (suspension is not null && book.Newest(contract.Key, SignatureAction.Resumed) is { } resumed && resumed.Id > suspension.Id)
            suspension = null;
        var sent = book.Newest(contract.Key, SignatureAction.SentToLegal);
        var isSent = sent is not null && sent.ContractHash == contract.Hash;
        var takesSignature = IsUnfinished(contract.Status) || book.WasUnfinished(contract.Key) || signed is not null;
        var worth = signed is null ? SignatureState.None
            : signed.ContractHash != contract.Hash ? SignatureState.Changed
            : signed.EndsAt <= now ? SignatureState.Expired
            : SignatureState.Valid;

        // The files have the last word where they stop a field.
        if (contract.Status is ContractStatus.Suspended or ContractStatus.ReadOnly)
            return new ContractStanding(contract.Status, contract.Status, takesSignature, worth, signed, isSent ? sent : null, null, null);
        var status = !takesSignature || worth == SignatureState.Valid ? ContractStatus.Active
            : contract.Status == ContractStatus.Draft && !isSent ? ContractStatus.Draft
            : ContractStatus.PendingLegal;
        var remark = status == ContractStatus.Active ? null : Missing(contract, worth, signed, isSent ? null : sent);
        if (suspension is not null)
        {
            status = ContractStatus.Suspended;
            remark = $"{suspension.By} ({suspension.Role}) suspended it on {Day(suspension.At)}: {suspension.Reason}";
        }
        return new ContractStanding(contract.Status, status, takesSignature, worth, signed, isSent ? sent : null, suspension, remark);
    }

    /// <summary>Why a contract is less than its file says; null when it is as the file says, or more.</summary>
    public static PolicyProblem? Problem(FieldContract contract, ContractStanding standing) =>
        contract.Status == ContractStatus.Active && standing.Status == ContractStatus.PendingLegal
            ? new PolicyProblem(contract.Place?.File ?? "contracts/", contract.Place?.Line ?? 0,
                $"{contract.Object}.{contract.Field} says Active, but takes a DPO's signature. {standing.Remark}",
                "It stays Pending Legal until a DPO signs it: page Field contracts, or 'clayaspire contract sign'.")
            : null;

    /// <summary>Why this person may not do that now; null when they may. What they write is not looked at: see <see cref="Check"/>.</summary>
    public static Reason? Refusal(SignatureAction action, FieldContract contract, ContractStanding standing, IReadOnlyList<string> roles)
    {
        var name = $"{contract.Object}.{contract.Field}";
        if (ActingRole(action, contract, standing, roles) is null)
            return new Reason("wrong-role", action switch
            {
                SignatureAction.Signed => $"Only role '{SigningRole}' signs a field contract.",
                SignatureAction.SentToLegal => $"Only the owner of {name} (role '{contract.Owner}') or role '{OperatingRole}' sends it to Legal.",
                SignatureAction.Resumed when IsByDpo(standing) => $"{name} was suspended by the DPO: only role '{SigningRole}' resumes it.",
                SignatureAction.Suspended => $"Only roles '{OperatingRole}' and '{SigningRole}' suspend a field contract.",
                SignatureAction.Resumed => $"Only roles '{OperatingRole}' and '{SigningRole}' resume a field contract.",
            });
        if (contract.Status is ContractStatus.Suspended or ContractStatus.ReadOnly)
            return new Reason("stopped-by-files", $"The policy's files say {contract.Status} of {name}; they have the last word. Change its status there first.");
        return (action, standing.Status) switch
        {
            (SignatureAction.SentToLegal, not ContractStatus.Draft) => new Reason("not-a-draft", $"{name} is no draft, so it is not sent to Legal."),
            (SignatureAction.Signed, ContractStatus.Draft) => new Reason("still-a-draft", $"{name} is still being written. Its owner ({contract.Owner}) sends it to Legal first."),
            (SignatureAction.Suspended, not ContractStatus.Active) => new Reason("not-active", $"Only an Active contract is suspended; {name} is {standing.Status}, and nothing writes it."),
            (SignatureAction.Resumed, _) when standing.Suspension is null => new Reason("not-suspended", $"{name} is not suspended from the console."),
            _ => null,
        };
    }

    /// <summary>Everything that speaks against a request; null when it may be set down.</summary>
    public static Reason? Check(ContractRequest request, FieldContract contract, ContractStanding standing, DateTimeOffset now)
    {
        if (Refusal(request.Action, contract, standing, request.Roles) is { } refusal)
            return refusal;
        if (request.LegalBasis?.Length > LongestText || request.Reason?.Length > LongestText)
            return new Reason("text-too-long", $"Legal basis and reason take {LongestText} characters each. Name the document instead of copying it.");
        if (request.Action == SignatureAction.Signed)
        {
            if (request.Hash is null)
                return new Reason("wrong-hash", "Name the hash of the contract that you saw. Reload the contract and sign what you see.");
            if (string.IsNullOrWhiteSpace(request.LegalBasis))
                return new Reason("basis-missing", "Name the legal basis of the signature; it stands in the ledger.");
            if (request.ExpiresOn is { } last && last < DateOnly.FromDateTime(now.UtcDateTime))
                return new Reason("bad-expiry", $"The signature's last day {last:yyyy-MM-dd} is over. Choose today or a later day.");
        }
        if (request.Action == SignatureAction.Suspended && string.IsNullOrWhiteSpace(request.Reason))
            return new Reason("reason-missing", "Say why the contract is suspended; the reason stands in the ledger.");
        return request.Hash is { } hash && hash != contract.Hash
            ? new Reason("wrong-hash", "The contract was changed since you saw it. Reload it and decide on what you see.")
            : null;
    }

    /// <summary>The fact that a request which <see cref="Check"/> passed becomes.</summary>
    /// <exception cref="InvalidOperationException">The person has no role to do it in.</exception>
    public static ContractSignature Fact(ContractRequest request, FieldContract contract, ContractStanding standing, DateTimeOffset now)
    {
        var isSigned = request.Action == SignatureAction.Signed;
        return new ContractSignature(
            0, contract.Key, request.Action, request.By,
            ActingRole(request.Action, contract, standing, request.Roles) ?? throw new InvalidOperationException("A fact is set down without a role to do it in."),
            isSigned ? request.LegalBasis?.Trim() : null, isSigned ? request.ExpiresOn : null, contract.Hash, contract.Terms, now,
            string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim());
    }

    private static string? ActingRole(SignatureAction action, FieldContract contract, ContractStanding standing, IReadOnlyList<string> roles)
    {
        string[] may = action switch
        {
            SignatureAction.Signed => [SigningRole],
            // What the DPO stopped, only a DPO lets go on.
            SignatureAction.Resumed when IsByDpo(standing) => [SigningRole],
            SignatureAction.SentToLegal => [contract.Owner, OperatingRole, Release.AdminRole],
            _ => [SigningRole, OperatingRole, Release.AdminRole],
        };
        return may.FirstOrDefault(roles.Contains);
    }

    private static bool IsByDpo(ContractStanding standing) => standing.Suspension?.Role == SigningRole;

    private static string? Missing(FieldContract contract, SignatureState worth, ContractSignature? signed, ContractSignature? outdatedSending) => worth switch
    {
        SignatureState.Expired => $"The signature of {signed!.By} of {Day(signed.At)} expired at the end of {signed.ExpiresOn!.Value.ToString("d MMM yyyy", CultureInfo.InvariantCulture)} (UTC).",
        SignatureState.Changed => $"It was changed since {signed!.By} signed it on {Day(signed.At)}: {Difference(signed.Terms, contract.Terms)}.",
        _ when outdatedSending is not null => $"It was changed since {outdatedSending.By} sent it to Legal on {Day(outdatedSending.At)}: {Difference(outdatedSending.Terms, contract.Terms)}.",
        _ when contract.Status == ContractStatus.Active => "It was a draft or Pending Legal before, and nobody has signed it.",
        _ => null,
    };

    private static string Difference(IReadOnlyList<string> before, IReadOnlyList<string> now)
    {
        var gone = before.Except(now, StringComparer.Ordinal).ToList();
        var come = now.Except(before, StringComparer.Ordinal).ToList();
        return string.Join("; ", gone.Select(t => $"was {t}").Concat(come.Select(t => $"now {t}")));
    }

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
}
