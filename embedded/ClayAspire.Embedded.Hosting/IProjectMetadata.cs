using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Says where a project of the solution is. The build makes one class for each, in namespace <c>Projects</c>.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>Whether it has been built together with the AppHost.</summary>
    bool SuppressBuild => false;

    /// <summary>Whether it is a single source file.</summary>
    bool IsFileBasedApp => ProjectPath.EndsWith(".cs", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Says in addition where the built program is, so that it can be started at once. Written by ProjectMetadata.targets.</summary>
public interface IBuiltProjectMetadata : IProjectMetadata
{
    /// <summary>Full path of the built assembly.</summary>
    string AssemblyPath { get; }
}
