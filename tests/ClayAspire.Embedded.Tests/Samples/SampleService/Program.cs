using System.Collections;
using System.Globalization;

// once CODE: writes two lines and ends with that exit code.
if (args is ["once", var code])
{
    Console.WriteLine("about to end");
    Console.Error.WriteLine($"the reason for {code}");
    return int.Parse(code, CultureInfo.InvariantCulture);
}

// Otherwise a web service; /health fails until the file named by HEALTHY_WHEN exists.
var app = WebApplication.CreateSlimBuilder(args).Build();
app.MapGet("/health", () => app.Configuration["HEALTHY_WHEN"] is { } file && !File.Exists(file) ? Results.StatusCode(503) : Results.Text("ok"));
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value));
app.MapGet("/arguments", () => args);
app.MapGet("/pid", () => Environment.ProcessId);
app.MapPost("/exit", (int code) => Environment.Exit(code));
await app.RunAsync();
return 0;
