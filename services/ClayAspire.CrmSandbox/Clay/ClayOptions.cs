using System.ComponentModel.DataAnnotations;

namespace ClayAspire.CrmSandbox.Clay;

/// <summary>What the twin's Clay webhooks take, section <c>CrmSandbox:Clay</c>. Clay documents none of it; see README.md.</summary>
internal sealed class ClayOptions
{
    /// <summary>Token that every webhook asks for in <c>x-clay-webhook-auth</c>; blank asks for none.</summary>
    public string? AuthToken { get; set; }

    /// <summary>Records a second; 0 takes any.</summary>
    [Range(0, 1_000_000)]
    public double RecordsPerSecond { get; set; } = 10;

    /// <summary>Records that may come at once.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 20;

    /// <summary>Submissions of a webhook in its life.</summary>
    [Range(1, int.MaxValue)]
    public int Lifetime { get; set; } = 50_000;
}
