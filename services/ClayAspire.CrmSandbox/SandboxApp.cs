using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace ClayAspire.CrmSandbox;

/// <summary>Builds the web application; tests build it in their own process.</summary>
internal static class SandboxApp
{
    private const long LargestBody = 1L << 30;

    /// <summary>The orgs by the first segment of their addresses. Only the first gets demo data.</summary>
    private static readonly string[] OrgNames = ["salesforce", "salesforce-staging"];

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("ClayAspire.CrmSandbox");
        builder.Services.AddOptions<SandboxOptions>().BindConfiguration(SandboxOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.ConfigureHttpJsonOptions(_ => { });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = LargestBody);
        configure?.Invoke(builder);
        builder.Services.AddSingleton<SandboxOrgs>(services => new SandboxOrgs(
            OrgNames, services.GetRequiredService<IOptions<SandboxOptions>>().Value, services.GetRequiredService<TimeProvider>()));

        var app = builder.Build();
        app.MapDefaultEndpoints();
        var orgs = app.Services.GetRequiredService<SandboxOrgs>();
        foreach (var org in orgs.All)
            app.MapSalesforce(org);
        return app;
    }
}
