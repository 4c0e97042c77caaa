using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Storage.Policies;

/// <summary>Settings of the policy, section <c>Policy</c>. Wrong values stop the start.</summary>
public sealed class PolicySettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Policy";

    /// <summary>The folder with contracts/, mapping/ and flows.yaml; relative to the content root. Default: found from the content root upwards.</summary>
    public string? Directory { get; set; }

    /// <summary>How often is asked for new signatures when no notification came, in seconds. Default 15.</summary>
    [Range(0.1, 3600, ErrorMessage = "Policy:PollSeconds must be 0.1 to 3600 seconds.")]
    public double PollSeconds { get; set; } = 15;
}
