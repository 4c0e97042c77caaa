using System.Security.Claims;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Console.Security;

/// <summary>Who may do what (DESIGN 1 and 14). Releasing a plan is not here: the plan's flow names the role, and Release checks it. Nor is the life of a contract: see ContractLife.</summary>
internal static class Access
{
    public const string MarcomOps = "MARCOM Ops";
    public const string CrmAdmin = "CRM Admin";
    public const string Dpo = "DPO";
    public const string ItInfra = "IT Infra";
    public const string Viewer = "Viewer";
    public const string Admin = Release.AdminRole;

    /// <summary>See everything.</summary>
    public const string Read = "read";

    /// <summary>Ask for a plan.</summary>
    public const string MakePlans = "make-plans";

    /// <summary>Pause and resume flows.</summary>
    public const string SwitchFlows = "switch-flows";

    /// <summary>Take a snapshot.</summary>
    public const string TakeSnapshots = "take-snapshots";

    /// <summary>Read the mirror anew.</summary>
    public const string RefreshMirror = "refresh-mirror";

    /// <summary>Look at dead jobs and replay them.</summary>
    public const string ReplayJobs = "replay-jobs";

    /// <summary>Replay stored signals through another policy.</summary>
    public const string Backtest = "backtest";

    /// <summary>Have the drift watch look now; it costs calls to the CRM.</summary>
    public const string SampleDrift = "sample-drift";

    /// <summary>Have formulas compared now; it costs calls to the CRM.</summary>
    public const string CheckFormulas = "check-formulas";

    /// <summary>Leave a discrepancy as it is, with a reason.</summary>
    public const string AcceptDiscrepancies = "accept-discrepancies";

    /// <summary>Put addresses and domains on the suppression list.</summary>
    public const string Suppress = "suppress";

    /// <summary>Take them off: somebody may be written to again.</summary>
    public const string LiftSuppression = "lift-suppression";

    /// <summary>Have the worker read what an integration user may do.</summary>
    public const string AuditPermissions = "audit-permissions";

    /// <summary>Export the members of a campaign to Clay, and read the file of an export.</summary>
    public const string ExportCampaigns = "export-campaigns";

    public static IReadOnlyDictionary<string, string[]> Policies { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [Read] = [Viewer, MarcomOps, CrmAdmin, Dpo, ItInfra, Admin],
        [MakePlans] = [MarcomOps, CrmAdmin, Admin],
        [SwitchFlows] = [CrmAdmin, Admin],
        [TakeSnapshots] = [MarcomOps, CrmAdmin, ItInfra, Admin],
        [RefreshMirror] = [CrmAdmin, ItInfra, Admin],
        [ReplayJobs] = [CrmAdmin, ItInfra, Admin],
        [Backtest] = [MarcomOps, CrmAdmin, Dpo, Admin],
        [Suppress] = [MarcomOps, CrmAdmin, Dpo, Admin],
        [LiftSuppression] = [CrmAdmin, Dpo, Admin],
        [SampleDrift] = [CrmAdmin, ItInfra, Admin],
        [CheckFormulas] = [MarcomOps, CrmAdmin, ItInfra, Admin],
        [AcceptDiscrepancies] = [CrmAdmin, Admin],
        [ExportCampaigns] = [MarcomOps, CrmAdmin, Admin],
        [AuditPermissions] = [CrmAdmin, ItInfra, Dpo, Admin],
    };

    /// <summary>Whether this person may do that.</summary>
    public static bool May(this ClaimsPrincipal user, string policy) => Policies[policy].Any(user.IsInRole);
}

/// <summary>Who asks: a person, or a key that acts as one.</summary>
/// <param name="UserName">User name.</param>
/// <param name="Roles">Roles.</param>
internal sealed record Caller(string UserName, IReadOnlyList<string> Roles)
{
    /// <summary>The caller of a request that has been authenticated.</summary>
    /// <exception cref="InvalidOperationException">It has not.</exception>
    public static Caller Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("An anonymous request reached an operation."),
        [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)]);
}
