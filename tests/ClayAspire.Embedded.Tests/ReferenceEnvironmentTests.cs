using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;

namespace ClayAspire.Embedded.Tests;

/// <summary>The variables that references give: names and values as Aspire documents them.</summary>
public sealed class ReferenceEnvironmentTests
{
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();

    [Fact]
    public async Task A_project_reference_gives_service_discovery_and_endpoint_variables()
    {
        var source = Service("crm-sandbox", 5001).WithHttpEndpoint(name: "admin-api");
        Allocate(source, "admin-api", 5002);

        var variables = await Variables(Service("reader", 5003).WithReference(source));

        Assert.Equal("http://localhost:5001", variables["services__crm-sandbox__http__0"]);
        Assert.Equal("http://localhost:5001", variables["CRM_SANDBOX_HTTP"]);
        Assert.Equal("http://localhost:5002", variables["services__crm-sandbox__admin-api__0"]);
        Assert.Equal("http://localhost:5002", variables["CRM_SANDBOX_ADMIN_API"]);
    }

    [Fact]
    public async Task An_alias_keeps_its_case()
    {
        var variables = await Variables(Service("reader", 5003).WithReference(Service("crm-sandbox", 5001), "Twin"));

        Assert.Equal("http://localhost:5001", variables["services__Twin__http__0"]);
        Assert.Equal("http://localhost:5001", variables["Twin_HTTP"]);
    }

    [Fact]
    public async Task Two_sources_under_one_name_are_counted_up()
    {
        var variables = await Variables(Service("reader", 5003)
            .WithReference(Service("one", 5001), "both")
            .WithReference(Service("two", 5002), "both"));

        Assert.Equal("http://localhost:5001", variables["services__both__http__0"]);
        Assert.Equal("http://localhost:5002", variables["services__both__http__1"]);
    }

    [Fact]
    public async Task A_database_gives_its_connection_string_and_its_parts()
    {
        var password = _builder.AddParameter("password", "p-w", secret: true);
        var server = _builder.AddPostgres("server", password: password);
        Allocate(server, "tcp", 5433);
        var database = server.AddDatabase("crmdb", "crm");

        var variables = await Variables(Service("reader", 5003).WithReference(database));

        Assert.Equal("Host=127.0.0.1;Port=5433;Username=postgres;Password=p-w;Database=crm", variables["ConnectionStrings__crmdb"]);
        Assert.Equal("127.0.0.1", variables["CRMDB_HOST"]);
        Assert.Equal("5433", variables["CRMDB_PORT"]);
        Assert.Equal("postgres", variables["CRMDB_USERNAME"]);
        Assert.Equal("p-w", variables["CRMDB_PASSWORD"]);
        Assert.Equal("crm", variables["CRMDB_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:p-w@127.0.0.1:5433/crm", variables["CRMDB_URI"]);
    }

    [Fact]
    public async Task A_connection_name_renames_both()
    {
        _builder.Configuration["ConnectionStrings:crmdb"] = "Host=elsewhere";

        var variables = await Variables(Service("reader", 5003).WithReference(_builder.AddConnectionString("crmdb"), "main"));

        Assert.Equal("Host=elsewhere", variables["ConnectionStrings__main"]);
        Assert.DoesNotContain("ConnectionStrings__crmdb", variables.Keys);
    }

    [Fact]
    public async Task Flags_switch_groups_of_variables_off()
    {
        var variables = await Variables(Service("reader", 5003)
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithReference(Service("crm-sandbox", 5001)));

        Assert.Equal("http://localhost:5001", variables["services__crm-sandbox__http__0"]);
        Assert.DoesNotContain("CRM_SANDBOX_HTTP", variables.Keys);
    }

    [Fact]
    public async Task A_missing_connection_string_names_the_setting()
    {
        var reader = Service("reader", 5003).WithReference(_builder.AddConnectionString("crmdb"));

        var fault = await Assert.ThrowsAsync<MissingParameterValueException>(() => Variables(reader));

        Assert.Contains("ConnectionStrings__crmdb", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_parameter_names_the_setting_and_configuration_wins_over_a_default()
    {
        _builder.Configuration["Parameters:given"] = "from configuration";
        var reader = Service("reader", 5003)
            .WithEnvironment("GIVEN", _builder.AddParameter("given", "default"))
            .WithEnvironment("TEXT", $"<{_builder.AddParameter("other", "x")}>");
        var variables = await Variables(reader);
        Assert.Equal("from configuration", variables["GIVEN"]);
        Assert.Equal("<x>", variables["TEXT"]);

        var fault = await Assert.ThrowsAsync<MissingParameterValueException>(
            () => Variables(reader.WithEnvironment("MISSING", _builder.AddParameter("api-key", secret: true))));
        Assert.Contains("Parameters__api_key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_can_be_given_once_only()
    {
        Service("same", 5001);

        Assert.Throws<DistributedApplicationException>(() => Service("SAME", 5002));
    }

    private IResourceBuilder<ProjectResource> Service(string name, int port)
    {
        var service = _builder.AddProject<Projects.SampleService>(name).WithHttpEndpoint();
        Allocate(service, "http", port);
        return service;
    }

    private static void Allocate<T>(IResourceBuilder<T> builder, string endpoint, int port)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(endpoint, e => e.AllocatedEndpoint = new AllocatedEndpoint(e, e.UriScheme == "http" ? "localhost" : "127.0.0.1", port));

    private Task<Dictionary<string, string?>> Variables(IResourceBuilder<ProjectResource> builder) =>
        Launcher.VariablesOfAsync(builder.Resource, [], _builder.ExecutionContext, new ResourceLoggerService(), CancellationToken.None);
}
