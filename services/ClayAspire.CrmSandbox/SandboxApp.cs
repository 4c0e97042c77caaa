using ClayAspire.CrmSandbox.Clay;
using ClayAspire.CrmSandbox.Demo;
using ClayAspire.CrmSandbox.Pardot;
using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ClayAspire.CrmSandbox;

/// <summary>Builds the web application; tests build it in their own process.</summary>
internal static class SandboxApp
{
    private const long LargestBody = 1L << 30;
    private const int LongestRequestLine = 64 * 1024;

    /// <summary>The orgs by the first segment of their addresses. Only the first gets demo data.</summary>
    private static readonly string[] OrgNames = ["salesforce", "salesforce-staging"];

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("ClayAspire.CrmSandbox");
        // Request logs would hold SOQL, and so e-mail addresses; the twin's own call audit counts calls instead.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.AddOptions<SandboxOptions>().BindConfiguration(SandboxOptions.Section).ValidateDataAnnotations()
            .Validate(o => o.Administrator.IsComplete && o.Integration.IsComplete, "CrmSandbox:Administrator and CrmSandbox:Integration each need ClientId, ClientSecret and Username.")
            .Validate(o => o.Administrator.ClientId != o.Integration.ClientId, "CrmSandbox:Administrator and CrmSandbox:Integration must have different ClientIds.")
            .ValidateOnStart();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            // The platform takes addresses of up to 16 KB; the query endpoint itself refuses longer ones in the platform's words.
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = 2 * LongestRequestLine;
        });
        builder.Services.AddSingleton<TimeProvider>(new TwinClock(TimeProvider.System));
        configure?.Invoke(builder);
        builder.Services.AddSingleton<SandboxOrgs>(services => new SandboxOrgs(
            OrgNames, services.GetRequiredService<IOptions<SandboxOptions>>().Value, services.GetRequiredService<TimeProvider>()));

        var app = builder.Build();
        var orgs = app.Services.GetRequiredService<SandboxOrgs>();
        app.UseRootOrg(orgs);
        app.UseRouting();
        app.MapDefaultEndpoints();
        foreach (var org in orgs.All)
            app.MapSalesforce(org);
        foreach (var account in orgs.Pardot)
            app.MapPardot(account);
        app.MapClay(orgs, app.Services.GetRequiredService<IOptions<SandboxOptions>>().Value.Clay, app.Services.GetRequiredService<TimeProvider>());
        app.MapDemo(orgs);
        return app;
    }
}
