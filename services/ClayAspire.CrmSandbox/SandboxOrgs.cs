using ClayAspire.CrmSandbox.Demo;
using ClayAspire.CrmSandbox.Pardot;
using ClayAspire.CrmSandbox.Salesforce;

namespace ClayAspire.CrmSandbox;

/// <summary>The Salesforce orgs of the twin.</summary>
internal sealed class SandboxOrgs : IDisposable
{
    public SandboxOrgs(IReadOnlyList<string> names, SandboxOptions options, TimeProvider clock)
    {
        All = [.. names.Select((name, i) => new SalesforceOrg(name, i + 1, options, clock))];
        Pardot = [.. All.Select(org => new PardotAccount(org, options.Pardot))];
        if (options.Demo)
            DemoSeeder.Seed(Demo, options.DemoSeed);
    }

    public IReadOnlyList<SalesforceOrg> All { get; }

    /// <summary>The Account Engagement business unit of each org.</summary>
    public IReadOnlyList<PardotAccount> Pardot { get; }

    /// <summary>The org that holds the demo organisation, if any does.</summary>
    public SalesforceOrg Demo => All[0];

    public void Dispose()
    {
        foreach (var org in All)
            org.Dispose();
    }
}
