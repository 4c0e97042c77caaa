using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>A person at the console: signs in, opens pages, sends forms, and times each answer to its last byte.</summary>
internal sealed partial class Person(Uri console, ProcessorTime processor) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer(), UseCookies = true }) { BaseAddress = console, Timeout = TimeSpan.FromMinutes(5) };
    // The console's meters are read anew only so often.
    private static readonly TimeSpan MetersAreKept = TimeSpan.FromMilliseconds(400);

    private readonly byte[] _buffer = new byte[65_536];
    private readonly HashSet<string> _metered = new(StringComparer.Ordinal);

    public void Dispose() => _http.Dispose();

    public async Task SignInAsync(string userName, string password)
    {
        using var answer = await _http.PostAsync("/sign-in", Form(await TokenAsync("/sign-in"), ("userName", userName), ("password", password), ("returnUrl", "/")));
        if (answer.Headers.Location?.OriginalString != "/")
            throw new InvalidOperationException($"The sign-in of {userName} was answered with {answer.StatusCode} {answer.Headers.Location}.");
    }

    public Task<Sample> GetAsync(string path) => TimeAsync(path, () => new HttpRequestMessage(HttpMethod.Get, path), HttpStatusCode.OK);

    /// <summary>Sends a form as the plan's page does; it must be answered with the way to a page that tells of success.</summary>
    public async Task<Sample> PostAsync(string page, string action, string success, params (string Name, string Value)[] fields)
    {
        var token = await TokenAsync(page);
        var sample = await TimeAsync(action, () => new HttpRequestMessage(HttpMethod.Post, action) { Content = Form(token, fields) }, HttpStatusCode.Redirect);
        var text = await _http.GetStringAsync(page);
        return text.Contains(success, StringComparison.Ordinal)
            ? sample
            : throw new InvalidOperationException($"{action} was not answered with '{success}' but with: {Notice().Match(text).Value}");
    }

    private async Task<Sample> TimeAsync(string key, Func<HttpRequestMessage> request, HttpStatusCode expected)
    {
        var isMetered = _metered.Add(key);
        var allocated = isMetered ? (await MetersAsync()).Allocated : 0;
        using var message = request();
        var (consoleBefore, postgresBefore) = processor.Now();
        var started = Stopwatch.GetTimestamp();
        using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        var firstByte = Stopwatch.GetElapsedTime(started);
        await using var body = await answer.Content.ReadAsStreamAsync();
        long bytes = 0;
        for (int read; (read = await body.ReadAsync(_buffer)) > 0;)
            bytes += read;
        var total = Stopwatch.GetElapsedTime(started);
        var (consoleAfter, postgresAfter) = processor.Now();
        if (answer.StatusCode != expected)
            throw new InvalidOperationException($"{message.RequestUri} was answered with {answer.StatusCode}.");
        allocated = isMetered ? (await MetersAsync()).Allocated - allocated : 0;
        return new Sample(firstByte, total, bytes, consoleAfter - consoleBefore, postgresAfter - postgresBefore, allocated);
    }

    /// <summary>What the console meters about itself.</summary>
    public async Task<Meters> MetersAsync()
    {
        await Task.Delay(MetersAreKept, TimeProvider.System);
        var lines = (await _http.GetStringAsync("/metrics")).Split('\n');
        double Sum(string name) => lines.Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) || l.StartsWith(name + " ", StringComparison.Ordinal))
            .Sum(l => double.Parse(Number().Match(l[(l.LastIndexOf('}') + 1)..]).Value, CultureInfo.InvariantCulture));
        return new Meters(Sum("dotnet_gc_heap_total_allocated_bytes_total"), Sum("dotnet_gc_last_collection_heap_size_bytes"));
    }

    private async Task<string> TokenAsync(string page)
    {
        var match = Token().Match(await _http.GetStringAsync(page));
        return match.Success ? WebUtility.HtmlDecode(match.Groups["token"].Value) : throw new InvalidOperationException($"{page} has no form.");
    }

    private static FormUrlEncodedContent Form(string token, params (string Name, string Value)[] fields) =>
        new(fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("<div class=\"notice.*?</div>", RegexOptions.Singleline, 1000)]
    private static partial Regex Notice();

    [GeneratedRegex(@"[-+0-9.eE]+", RegexOptions.None, 1000)]
    private static partial Regex Number();
}

/// <summary>Sums of the console's own meters.</summary>
/// <param name="Allocated">Bytes allocated since its start.</param>
/// <param name="Heap">Managed heap after the last collection, in bytes.</param>
internal sealed record Meters(double Allocated, double Heap);
