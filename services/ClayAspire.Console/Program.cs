using ClayAspire.Console;
using ClayAspire.Console.Api;
using ClayAspire.Console.Components;
using ClayAspire.Console.Forms;
using ClayAspire.Console.Pages;
using ClayAspire.Console.Security;
using ClayAspire.ServiceDefaults;
using ClayAspire.Storage;
using Microsoft.AspNetCore.Diagnostics;

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
    .UseExceptionHandler(failed => failed.Run(http => ProblemDocument.ShowAsync(http,
        // A form that cannot be read, or lacks its token, is no fault of ours.
        http.Features.Get<IExceptionHandlerFeature>()?.Error is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError)))
    .UseStatusCodePages(context => ProblemDocument.ShowAsync(context.HttpContext, context.HttpContext.Response.StatusCode)));
app.Use((context, next) =>
{
    // No database text holds this sign, so no question with it can have an answer.
    if (!context.Request.QueryString.HasValue || !context.Request.QueryString.Value!.Contains("%00", StringComparison.Ordinal))
        return next();
    context.Response.StatusCode = StatusCodes.Status400BadRequest;
    return Task.CompletedTask;
});
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
