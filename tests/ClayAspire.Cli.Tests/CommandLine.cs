using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClayAspire.Cli.Tests;

/// <summary>Runs the command line in this process, against services that a test makes up.</summary>
internal static class CommandLine
{
    public static Task<Answer> RunAsync(params string[] args) => RunAsync(new Dictionary<string, string>(StringComparer.Ordinal), null, args);

    public static Task<Answer> RunAsync(Dictionary<string, string> environment, string? directory, params string[] args) =>
        RunAsync(MergeRules.Shipped, environment, directory, args);

    public static async Task<Answer> RunAsync(MergeRules rules, Dictionary<string, string> environment, string? directory, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var world = new CliWorld(output, error, false, environment.GetValueOrDefault, directory ?? Path.GetTempPath(), TimeProvider.System, new SeededIdSource(1)) { Rules = rules };
        var exit = await CliHost.RunAsync(args, world);
        return new Answer(exit, output.ToString(), error.ToString());
    }

    public static async Task<WebApplication> ServeAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }

    public static IResult Problem(int status, string code, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
}

internal sealed record Answer(int Exit, string Output, string Error)
{
    public JsonElement Json => JsonElement.Parse(Output);
}
