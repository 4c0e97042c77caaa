using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource passes through; each is its own name.</summary>
public static class KnownResourceStates
{
    /// <summary>Not started, and will not be before it is told.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>Waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Being started.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>Being stopped.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>A process ended by itself, with an exit code.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>Was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>Could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What it runs on does not work.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>A parameter without a value.</summary>
    public static readonly string ValueMissing = nameof(ValueMissing);

    /// <summary>A value that can be used.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>States that nothing follows by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>A state with a hint how to show it.</summary>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a hint.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

/// <summary>An address of a resource.</summary>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>Text shown for it.</summary>
    public string? DisplayText { get; init; }
}

/// <summary>A further fact about a resource.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value);

/// <summary>How a resource is at a moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>What it is: <c>Project</c>, <c>Executable</c>, ….</summary>
    public required string ResourceType { get; init; }

    /// <summary>Further facts, for example <c>executable.pid</c>.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>One of <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Exit code of the process, when it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Health, once it is known.</summary>
    public HealthStatus? HealthStatus { get; internal init; }

    /// <summary>Set when all that <c>ResourceReadyEvent</c> started has been done.</summary>
    internal bool IsReady { get; init; }

    /// <summary>When it was started.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it ended.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Its addresses.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];
}

/// <summary>A resource is now in a certain way.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its id; with replicas, one for each.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>How it is.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
