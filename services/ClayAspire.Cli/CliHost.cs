using System.CommandLine;
using System.Text.Json;
using ClayAspire.Cli.Commands;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Cli;

/// <summary>What the command line has of the world around it; tests give their own.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Messages and progress.</param>
/// <param name="IsInteractive">Whether a person watches: then there are progress bars.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="Directory">The working directory.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Ids">Ids of events that the command line makes up.</param>
internal sealed record CliWorld(
    TextWriter Output, TextWriter Error, bool IsInteractive, Func<string, string?> Environment, string Directory, TimeProvider Clock, IIdSource Ids)
{
    /// <summary>The merge rules that <c>policy check</c> holds to their stated strength.</summary>
    public MergeRules Rules { get; init; } = MergeRules.Shipped;

    public static CliWorld OfProcess() => new(
        Console.Out, Console.Error, !Console.IsErrorRedirected, System.Environment.GetEnvironmentVariable, System.IO.Directory.GetCurrentDirectory(),
        TimeProvider.System, new SystemIdSource(TimeProvider.System));
}

/// <summary>Parses the arguments, runs the command, turns every outcome into an exit code.</summary>
internal static class CliHost
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliWorld world, CancellationToken cancel = default)
    {
        var options = new GlobalOptions();
        var parsed = CommandTree.Build(options, world).Parse(args);
        var invocation = new InvocationConfiguration { Output = world.Output, Error = world.Error, EnableDefaultExceptionHandler = false };
        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync(invocation, cancel);
            return ExitCodes.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(invocation, cancel);
        }
        catch (CliException e)
        {
            await ReportAsync(world, parsed.GetValue(options.Json), e);
            return e.ExitCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            await ReportAsync(world, parsed.GetValue(options.Json), new CliException(ExitCodes.Unreachable,
                $"The connection broke off before the answer was complete ({e.Message}). Look at the service's log, then run the command again.", e));
            return ExitCodes.Unreachable;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            await ReportAsync(world, parsed.GetValue(options.Json), new CliException(ExitCodes.Unreachable,
                $"A service answered what this command line does not understand ({e.Message}). Use the command line of the same version as the stack.", e));
            return ExitCodes.Unreachable;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await world.Error.WriteLineAsync("Stopped.");
            return ExitCodes.Refused;
        }
    }

    private static async Task ReportAsync(CliWorld world, bool json, CliException e)
    {
        if (json)
            await world.Output.WriteLineAsync(JsonSerializer.Serialize(new { error = e.Message, exitCode = e.ExitCode, problem = e.Problem }, Terminal.JsonOptions));
        else
            await world.Error.WriteLineAsync(e.Message);
    }
}
