using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>Access tokens in use. They die with the process, on revocation and when a fault says so; clients then sign in again.</summary>
internal sealed class Sessions(string orgId)
{
    private readonly ConcurrentDictionary<string, SandboxUser> byToken = new(StringComparer.Ordinal);

    public string Open(SandboxUser user)
    {
        var token = $"{orgId[..15]}!AQ{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 94)}";
        byToken[token] = user;
        return token;
    }

    public SandboxUser? Find(string token) => byToken.GetValueOrDefault(token);

    public bool Close(string token) => byToken.TryRemove(token, out _);

    /// <summary>Ends every session, but those of the administrator only when told so.</summary>
    public int CloseAll(bool includingAdministrator)
    {
        var closed = 0;
        foreach (var (token, user) in byToken)
        {
            if ((includingAdministrator || !user.IsAdministrator) && byToken.TryRemove(token, out _))
                closed++;
        }

        return closed;
    }
}
