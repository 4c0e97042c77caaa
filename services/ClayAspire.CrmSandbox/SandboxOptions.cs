using System.ComponentModel.DataAnnotations;
using ClayAspire.CrmSandbox.Clay;
using ClayAspire.CrmSandbox.Pardot;
using ClayAspire.CrmSandbox.Salesforce;

namespace ClayAspire.CrmSandbox;

/// <summary>Settings of the twin, section <c>CrmSandbox</c>. README.md lists them with defaults and units.</summary>
internal sealed class SandboxOptions
{
    public const string Section = "CrmSandbox";

    /// <summary>Where each org keeps its journal (one NDJSON file). Blank: nothing outlives the process.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>Seed the org <c>/salesforce</c> with the demo organisation when it holds no leads.</summary>
    public bool Demo { get; set; }

    public int DemoSeed { get; set; } = 20260101;

    /// <summary>API calls an org takes in 24 hours.</summary>
    [Range(1, int.MaxValue)]
    public int DailyApiRequests { get; set; } = 1_000_000;

    /// <summary>Give <c>SystemModstamp</c> in whole seconds, as the real platform does, so that several commits share one.</summary>
    public bool WholeSeconds { get; set; }

    /// <summary>Limits, and what is believed of the platform where no document says it.</summary>
    public PlatformRules Platform { get; set; } = new();

    /// <summary>The same of Account Engagement (Pardot).</summary>
    public PardotRules Pardot { get; set; } = new();

    /// <summary>What Clay's webhooks take.</summary>
    public ClayOptions Clay { get; set; } = new();

    public SandboxCredentials Administrator { get; set; } = new() { ClientId = "demo", ClientSecret = "demo-secret", Username = "admin@crm-sandbox.example" };

    public SandboxCredentials Integration { get; set; } =
        new() { ClientId = "clayaspire-integration", ClientSecret = "integration-secret", Username = "clayaspire@crm-sandbox.example" };
}

/// <summary>How one of the twin's users signs in.</summary>
internal sealed class SandboxCredentials
{
    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    public string Username { get; set; } = "";

    public bool IsComplete => ClientId.Length > 0 && ClientSecret.Length > 0 && Username.Length > 0;

    /// <summary>Public key or certificate (PEM) that checks the signature of JWT bearer assertions. Blank: that flow is refused.</summary>
    public string? PublicKeyPem { get; set; }
}
