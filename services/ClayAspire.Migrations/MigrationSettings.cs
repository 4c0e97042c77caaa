namespace ClayAspire.Migrations;

/// <summary>Settings of the one-shot migration.</summary>
internal sealed class MigrationSettings
{
    /// <summary>
    /// Password of the role that analytics reads with: <c>Export:Password</c>. Default: none, and the role is not made;
    /// in demo <c>clayaspire-export</c>.
    /// </summary>
    public string? ExportPassword { get; init; }

    /// <summary>Whether demo people and keys are made: <c>CLAYASPIRE_DEMO</c>, <c>on</c> or <c>off</c>. Default on.</summary>
    public bool Demo { get; init; } = true;

    /// <summary>How long to wait for the database to answer, in seconds: <c>Migrations:WaitSeconds</c>. Default 60.</summary>
    public double WaitSeconds { get; init; } = 60;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A value is not valid; the message names it.</exception>
    public static MigrationSettings Read(IConfiguration configuration)
    {
        var demo = configuration["CLAYASPIRE_DEMO"]?.Trim().ToLowerInvariant() switch
        {
            null or "" or "on" or "true" or "1" => true,
            "off" or "false" or "0" => false,
            var other => throw new InvalidOperationException($"CLAYASPIRE_DEMO is '{other}'. Set it to on or off."),
        };
        var wait = configuration.GetValue("Migrations:WaitSeconds", 60d);
        if (wait is < 0 or > 3600)
            throw new InvalidOperationException($"Migrations:WaitSeconds is {wait}. Set it between 0 and 3600.");
        var password = configuration["Export:Password"];
        return new MigrationSettings
        {
            Demo = demo,
            WaitSeconds = wait,
            ExportPassword = string.IsNullOrWhiteSpace(password) ? (demo ? "clayaspire-export" : null) : password,
        };
    }
}
