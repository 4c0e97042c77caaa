using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace ClayAspire.ServiceDefaults.Tests;

public sealed class ServiceDefaultsTests : IAsyncLifetime
{
    private readonly List<Activity> _spans = [];
    private readonly RecordingLoggerProvider _logs = new();
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(_logs);
        builder.AddServiceDefaults("ClayAspire.Sample");
        builder.Services.AddOpenTelemetry().WithTracing(t => t.AddInMemoryExporter(_spans));
        builder.Services.AddHealthChecks().AddCheck("broken", () => HealthCheckResult.Unhealthy());
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        _app.MapGet("/people/{email}", (string email) => Results.Text(email.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Health_runs_all_checks_and_alive_only_those_of_the_process()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/alive")).StatusCode);
    }

    [Fact]
    public async Task No_query_path_value_or_header_reaches_traces_or_logs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/people/ada@example.com?token=secret-token");
        request.Headers.Add("Authorization", "Bearer secret-key");
        var answer = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // The same as an outgoing call of a service.
        using var outgoing = _app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("crm");
        using var second = new HttpRequestMessage(HttpMethod.Get, new Uri(_client.BaseAddress!, "/people/eva@example.com?q=secret-token"));
        second.Headers.Add("Authorization", "Bearer secret-key");
        await outgoing.SendAsync(second);
        _app.Services.GetRequiredService<TracerProvider>().ForceFlush();

        var spans = _spans.SelectMany(s => s.TagObjects.Select(t => $"{t.Key}={t.Value}").Append(s.DisplayName)).ToList();
        Assert.Contains("url.path=/people/{email}", spans);
        Assert.Contains(spans, s => s.StartsWith("url.full=", StringComparison.Ordinal));
        foreach (var text in spans.Concat(_logs.Lines))
        {
            Assert.DoesNotContain("secret-token", text, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-key", text, StringComparison.Ordinal);
            Assert.DoesNotContain("example.com", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/services/data/v66.0/sobjects/Lead/00Q000000000001AAA", "/services/data/v66.0/sobjects/Lead/00Q000000000001AAA")]
    [InlineData("/sobjects/Lead/Email__c/ada%40example.com", "/sobjects/Lead/Email__c/***")]
    [InlineData("/contacts/4915112345678/", "/contacts/***/")]
    [InlineData("/services/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX", "/services/T000/B000/***")]
    public void A_path_keeps_only_harmless_segments(string path, string expected) => Assert.Equal(expected, Redaction.OfPath(path));

    [SkippableFact]
    public async Task Promtool_accepts_the_metrics()
    {
        await _client.GetAsync("/people/ada@example.com?token=secret-token");
        var metrics = await _client.GetStringAsync("/metrics");

        Assert.Contains("http_server_request_duration_seconds", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.com", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(metrics.Split('\n'), l => l.StartsWith("http_server_request_duration", StringComparison.Ordinal) && l.Contains("/metrics", StringComparison.Ordinal));
        await Promtool.AcceptsAsync(metrics);
    }

    [Fact]
    public async Task A_service_is_found_by_the_name_of_its_resource()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Configuration.AddInMemoryCollection([new("services:crm-sandbox:http:0", _app.Urls.First())]);
        builder.AddServiceDefaults();
        await using var caller = builder.Build();
        using var client = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        Assert.Equal("3", await client.GetStringAsync(new Uri("http://crm-sandbox/people/abc")));
        Assert.Equal("3", await client.GetStringAsync(new Uri("https+http://crm-sandbox/people/abc")));
    }

    [Fact]
    public async Task A_write_is_never_sent_twice_by_itself()
    {
        var calls = 0;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.AddServiceDefaults();
        await using var server = builder.Build();
        server.MapPost("/write", () => Results.StatusCode(Interlocked.Increment(ref calls) > 0 ? 503 : 200));
        await server.StartAsync();
        using var client = server.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        var answer = await client.PostAsync(new Uri(new Uri(server.Urls.First()), "/write"), null);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, calls);
    }

    private sealed class RecordingLoggerProvider : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            // Scopes leave the process too.
            Lines.Enqueue(state is IEnumerable<KeyValuePair<string, object>> pairs ? string.Join(' ', pairs.Where(p => p.Key != "RequestPath")) : $"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
