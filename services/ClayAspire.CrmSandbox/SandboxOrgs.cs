using ClayAspire.CrmSandbox.Salesforce;

namespace ClayAspire.CrmSandbox;

/// <summary>The Salesforce orgs of the twin.</summary>
internal sealed class SandboxOrgs : IDisposable
{
    public SandboxOrgs(IReadOnlyList<string> names, SandboxOptions options, TimeProvider clock) =>
        All = [.. names.Select((name, i) => new SalesforceOrg(name, i + 1, options, clock))];

    public IReadOnlyList<SalesforceOrg> All { get; }

    public void Dispose()
    {
        foreach (var org in All)
            org.Dispose();
    }
}
