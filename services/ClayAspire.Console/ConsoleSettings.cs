using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Console;

/// <summary>Settings of the console, section <c>Console</c>; validated at start.</summary>
internal sealed class ConsoleSettings
{
    public const string Section = "Console";

    /// <summary>Hours that a sign-in lasts without use. Default 8.</summary>
    [Range(1, 168)]
    public int SessionHours { get; set; } = 8;

    /// <summary>Rows on a page of a table. Default 50.</summary>
    [Range(10, 500)]
    public int PageSize { get; set; } = 50;

    /// <summary>Seconds between two looks at waiting plans for the metric <c>clay_plan_age_seconds</c>. Default 15.</summary>
    [Range(1, 3600)]
    public int MetricsSeconds { get; set; } = 15;

    /// <summary>Seconds that the analytics service may take for a snapshot. Default 120.</summary>
    [Range(5, 3600)]
    public int SnapshotSeconds { get; set; } = 120;

    /// <summary>Days before its end that a contract's signature is warned of. Default 30.</summary>
    [Range(1, 365)]
    public int SignatureWarningDays { get; set; } = 30;

    /// <summary>The same as a span.</summary>
    internal TimeSpan SignatureWarning => TimeSpan.FromDays(SignatureWarningDays);

    /// <summary>Whether cookies are sent over HTTPS only and HTTP is redirected. Default false, for a console on loopback; set it behind any real address.</summary>
    public bool RequireHttps { get; set; }

    /// <summary>Folder of the keys that protect cookies; share it between replicas. Default: the framework's own place for the user.</summary>
    public string? KeysDirectory { get; set; }

    /// <summary>Whether this is a demo: from <c>CLAYASPIRE_DEMO</c> (<c>on</c> or <c>off</c>, default off).</summary>
    public bool Demo { get; set; }
}
