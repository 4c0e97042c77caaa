using Microsoft.Extensions.DependencyInjection;

namespace ClayAspire.AppHost.Resources;

/// <summary>Part that a resource plays when the report asks whether everything is up.</summary>
internal enum RunRole
{
    /// <summary>Up when it is running and healthy.</summary>
    Service,

    /// <summary>Up when it has ended well.</summary>
    OneShot,

    /// <summary>Shown, but nobody waits for it.</summary>
    Background,
}

internal sealed record RunRoleAnnotation(RunRole Role) : IResourceAnnotation;

/// <summary>A line for the report, for example that a program is missing.</summary>
internal sealed record RunNotice(string Text);

internal static class RunReportResources
{
    public static IResourceBuilder<T> AsOneShot<T>(this IResourceBuilder<T> builder)
        where T : IResource => builder.WithAnnotation(new RunRoleAnnotation(RunRole.OneShot));

    public static IResourceBuilder<T> InBackground<T>(this IResourceBuilder<T> builder)
        where T : IResource => builder.WithAnnotation(new RunRoleAnnotation(RunRole.Background));

    public static void AddNotice(this IDistributedApplicationBuilder builder, string text) =>
        builder.Services.AddSingleton(new RunNotice(text));

    public static void AddRunReport(this IDistributedApplicationBuilder builder, HostSettings settings)
    {
        builder.Services.AddSingleton(settings);
        builder.Services.AddHostedService<RunReport>();
    }
}
