using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project of the solution. Launch profiles are not read: endpoints come from <c>WithHttpEndpoint</c>.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectMetadataAnnotation(new TProject()));

    /// <summary>Adds a project of the solution. Launch profiles are not read; pass null so that the real packages read none either.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
    {
        if (launchProfileName is not null)
            throw new NotSupportedException("The embedded hosting reads no launch profiles. Pass null and set endpoints and environment in the AppHost.");
        return builder.AddProject<TProject>(name);
    }

    /// <summary>Adds a project by its file, relative to the AppHost's directory. It must have been built.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.AddResource(new ProjectResource(name))
            .WithAnnotation(new ProjectMetadataAnnotation(new PathMetadata(Path.GetFullPath(projectPath, builder.AppHostDirectory))));

    /// <summary>Runs several processes of it, each with ports of its own.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private sealed class PathMetadata(string projectPath) : IProjectMetadata
    {
        public string ProjectPath => projectPath;
    }
}
