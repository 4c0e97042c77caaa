using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rules;

/// <summary>The active lead assignment rule: to whom leads made over the API go; nobody until an administrator names one.</summary>
internal sealed class AssignmentRule(SalesforceOrg org)
{
    /// <summary>The owner that the rule gives; null: no rule is active.</summary>
    public string? OwnerId { get; private set; }

    /// <summary>Names the owner, or nobody.</summary>
    /// <exception cref="InvalidDataException">There is no such user.</exception>
    public void Set(string? ownerId)
    {
        var id = SalesforceId.Normalize(ownerId);
        if (ownerId is not null && (id is null || org.Store.Read(() => org.Store.Table("User").Find(id)) is null))
            throw new InvalidDataException($"'{ownerId}' is no user's id.");
        OwnerId = id;
    }
}
