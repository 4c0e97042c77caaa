using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Storage.Ledger;

/// <summary>Settings of the ledger's anchors, section <c>Ledger</c>. Wrong values stop the start.</summary>
public sealed class LedgerSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger";

    /// <summary>
    /// The folder of the daily anchors: written by the scheduler's leader, read by the console. Default <c>.clayaspire/anchors</c>. A relative path is
    /// taken from the nearest folder above the content root that holds <c>ClayAspire.sln</c>, else from the content root.
    /// </summary>
    [Required(ErrorMessage = "Ledger:AnchorDirectory must name a folder.")]
    public string AnchorDirectory { get; set; } = ".clayaspire/anchors";

    /// <summary>Time of day, UTC, from which the day's anchor is due. Default 00:05.</summary>
    public TimeOnly AnchorAt { get; set; } = new(0, 5);

    /// <summary>The absolute folder of anchors for a content root.</summary>
    public string ResolveAnchorDirectory(string contentRoot)
    {
        if (Path.IsPathRooted(AnchorDirectory))
            return Path.GetFullPath(AnchorDirectory);
        for (var at = new DirectoryInfo(contentRoot); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "ClayAspire.sln")))
                return Path.GetFullPath(AnchorDirectory, at.FullName);
        return Path.GetFullPath(AnchorDirectory, contentRoot);
    }
}
