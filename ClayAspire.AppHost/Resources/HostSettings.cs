using System.Globalization;

namespace ClayAspire.AppHost.Resources;

/// <summary>The host's own settings; environment variables and command-line arguments (<c>--NAME=value</c>) alike.</summary>
/// <param name="Root">The repository's root directory.</param>
/// <param name="State">Where data lives that outlasts a run. <c>CLAYASPIRE_STATE</c>; default <c>.clayaspire</c> at the root.</param>
/// <param name="Run">Where files of the present run are written. <c>CLAYASPIRE_RUN</c>; default <c>artifacts/run</c> at the root.</param>
/// <param name="Demo">Whether to start with the demo organisation. <c>CLAYASPIRE_DEMO</c>: <c>on</c> (default) or <c>off</c>.</param>
/// <param name="Environment">Environment name of all services; that of the host.</param>
internal sealed record HostSettings(string Root, string State, string Run, bool Demo, string Environment)
{
    public string DemoFlag => Demo ? "true" : "false";

    public static HostSettings Read(IDistributedApplicationBuilder builder)
    {
        var root = Path.GetFullPath(Path.Combine(builder.AppHostDirectory, ".."));
        var demo = builder.Configuration["CLAYASPIRE_DEMO"]?.ToLower(CultureInfo.InvariantCulture) switch
        {
            null or "" or "on" => true,
            "off" => false,
            var other => throw new DistributedApplicationException($"CLAYASPIRE_DEMO is '{other}'. Set it to 'on' or 'off'."),
        };
        return new HostSettings(
            root,
            PathOf("CLAYASPIRE_STATE", ".clayaspire"),
            PathOf("CLAYASPIRE_RUN", Path.Combine("artifacts", "run")),
            demo,
            builder.Environment.EnvironmentName);

        string PathOf(string setting, string fallback) =>
            Path.GetFullPath(builder.Configuration[setting] is { Length: > 0 } path ? path : fallback, root);
    }

    /// <summary>The directory of one resource's lasting data.</summary>
    public string StateFor(string resource) => Path.Combine(State, resource);
}
