using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Lets a test run an AppHost's own entry point up to <c>Build()</c>, change what was described, and then own the
/// application. It travels with the logical call, so tests in one process do not disturb each other.
/// </summary>
internal sealed class EntryPointInterceptor
{
    private static readonly AsyncLocal<EntryPointInterceptor?> Slot = new();
    private readonly TaskCompletionSource _proceed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static EntryPointInterceptor? Current
    {
        get => Slot.Value;
        set => Slot.Value = value;
    }

    public required Assembly Assembly { get; init; }

    public required string[] Args { get; init; }

    public Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? Configure { get; init; }

    public TaskCompletionSource<DistributedApplicationBuilder> Building { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<DistributedApplication> Built { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Proceed() => _proceed.TrySetResult();

    public void GiveUp() => _proceed.TrySetCanceled();

    /// <summary>Called by <c>Build()</c> on the entry point's thread, which waits here for the test.</summary>
    public void WaitForTest(DistributedApplicationBuilder builder)
    {
        Building.TrySetResult(builder);
        _proceed.Task.GetAwaiter().GetResult();
    }
}
