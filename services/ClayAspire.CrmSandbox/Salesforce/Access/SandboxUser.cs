namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>A user that can sign in over the API.</summary>
internal sealed record SandboxUser(string Id, string FirstName, string LastName, SandboxCredentials Credentials, AccessRights Rights, bool IsAdministrator)
{
    public string ClientId => Credentials.ClientId;
    public string Username => Credentials.Username;

    /// <summary>Its number among the org's users.</summary>
    public int Number { get; init; }

    /// <summary>Its profile's name.</summary>
    public string? Profile { get; init; }

    /// <summary>Its role's name.</summary>
    public string? Role { get; init; }
}
