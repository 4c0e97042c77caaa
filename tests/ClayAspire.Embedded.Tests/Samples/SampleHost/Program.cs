// A small application with every kind of resource, described only with members that Aspire has too.
var builder = DistributedApplication.CreateBuilder(args);

var server = builder.AddPostgres("server");
if (builder.Configuration["DataDirectory"] is { } data)
    server.WithDataBindMount(data);
var database = server.AddDatabase("crmdb", "crm");

var first = builder.AddProject<Projects.SampleService>("first")
    .WithArgs("once", builder.Configuration["FirstExitCode"] ?? "0")
    .WithReference(database)
    .WaitFor(database);
var middle = builder.AddProject<Projects.SampleService>("middle-tier")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithReplicas(2)
    .WithReference(database)
    .WaitForCompletion(first);
builder.AddProject<Projects.SampleService>("front")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithReference(middle)
    .WaitFor(middle)
    .OnResourceReady((front, _, _) =>
    {
        Console.WriteLine($"everything is up, {front.Name} last");
        return Task.CompletedTask;
    });

await builder.Build().RunAsync();
