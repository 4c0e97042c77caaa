using ClayAspire.Console;
using ClayAspire.Console.Api;
using ClayAspire.Console.Components;
using ClayAspire.Console.Forms;
using ClayAspire.Console.Pages;
using ClayAspire.Console.Security;
using ClayAspire.ServiceDefaults;
using ClayAspire.Storage;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // Beside the assembly, so that the console starts from any working directory.
    WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),
});
builder.AddServiceDefaults(ConsoleMetrics.MeterName, StorageMetrics.MeterName);
builder.AddClayAspireStorage();
builder.AddConsole();
builder.AddConsoleSecurity();

var app = builder.Build();
app.UseConsoleSecurityHeaders();
app.UseWhen(c => c.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.UseExceptionHandler().UseStatusCodePages());
app.UseWhen(c => !c.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), pages => pages
    .UseExceptionHandler(failed => failed.Run(http => ProblemDocument.ShowAsync(http, StatusCodes.Status500InternalServerError)))
    .UseStatusCodePages(context => ProblemDocument.ShowAsync(context.HttpContext, context.HttpContext.Response.StatusCode)));
app.UseConsoleFiles();
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapDefaultEndpoints();
app.MapOpenApi("/openapi/{documentName}.json");
app.MapConsoleApi();
app.MapConsoleForms();
app.MapRazorComponents<App>().RequireAuthorization(Access.Read);
app.Run();
