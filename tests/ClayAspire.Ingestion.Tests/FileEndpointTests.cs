using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ClayAspire.Storage.Signals;
using Microsoft.Extensions.DependencyInjection;

namespace ClayAspire.Ingestion.Tests;

[Collection(MeasuredCollection.Name)]
public sealed class FileEndpointTests : IAsyncLifetime
{
    private IngestionService _service = null!;

    public async Task InitializeAsync() => _service = await IngestionService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    private async Task<JsonElement> Import(string location) => await IngestionService.JsonOf(await _service.Http.GetAsync(location));

    [Fact]
    public async Task A_file_is_imported_with_counts_and_its_bad_rows_can_be_fetched()
    {
        const string file = "row_id,name\n1,Ann\n2,Bob,extra\n1,Ann\n3,\"=cmd\" x\n4,Zoë\n";
        var (status, answer) = await _service.PostAsync("/v1/files?table=people&format=csv&name=people.csv", file, "text/csv");
        Assert.Equal(202, status);
        Assert.Equal(("completed", 2, 1, 2, 5), (answer.GetProperty("state").GetString(), answer.GetProperty("accepted").GetInt32(),
            answer.GetProperty("duplicates").GetInt32(), answer.GetProperty("quarantined").GetInt32(), answer.GetProperty("rows").GetInt32()));
        var location = answer.GetProperty("location").GetString()!;
        var quarantine = await Import(location + "/quarantine");
        Assert.Equal([(3, "cell-count"), (5, "bad-quotes")], quarantine.EnumerateArray().Select(r => (r.GetProperty("line").GetInt32(), r.GetProperty("code").GetString())));
        var csv = await _service.Http.GetStringAsync(location + "/quarantine.csv");
        Assert.StartsWith("line,reason_code,reason,raw", csv, StringComparison.Ordinal);
        Assert.Contains("2,Bob,extra", csv, StringComparison.Ordinal);
        var signals = await _service.SignalsAsync();
        Assert.All(signals, s => Assert.Equal("file.row", s.Kind));
        Assert.Equal([2L, 6L], signals.Select(s => s.Line!.Value));
    }

    [Fact]
    public async Task The_same_row_by_file_and_by_webhook_is_one_signal()
    {
        await _service.PostAsync("/v1/clay/rows/people", """{"row_id":1,"name":"Ann"}""");
        var (_, answer) = await _service.PostAsync("/v1/files?table=people&format=csv", "row_id,name\n1,Ann\n", "text/csv");
        Assert.Equal(1, answer.GetProperty("duplicates").GetInt32());
    }

    [Fact]
    public async Task Sending_a_file_again_changes_nothing()
    {
        var file = "{\"a\":1}\n{\"a\":2}\nnope\n";
        await _service.PostAsync("/v1/files?table=t&format=ndjson", file, "application/x-ndjson");
        var (_, again) = await _service.PostAsync("/v1/files?table=t&format=ndjson", file, "application/x-ndjson");
        Assert.Equal((0, 2, 1), (again.GetProperty("accepted").GetInt32(), again.GetProperty("duplicates").GetInt32(), again.GetProperty("quarantined").GetInt32()));
        Assert.Equal(2, (await _service.SignalsAsync()).Count);
    }

    [Fact]
    public async Task A_large_file_streams_in_bounded_memory_and_its_progress_can_be_watched()
    {
        const int rows = 200_000;
        using var content = new GeneratedCsv(rows);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files?table=large&format=csv") { Content = content };
        var sending = _service.Http.SendAsync(request);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var seen = new List<double>();
        long most = 0;
        while (!sending.IsCompleted)
        {
            // What is held, not what waits to be collected: garbage depends on the machine's memory, buffering of the file does not.
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            if (await OpenImportAsync() is { } import && import.TryGetProperty("percent", out var percent) && percent.ValueKind == JsonValueKind.Number)
                seen.Add(percent.GetDouble());
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        using var response = await sending;
        var answer = await IngestionService.JsonOf(response);
        Assert.Equal((202, rows), ((int)response.StatusCode, answer.GetProperty("accepted").GetInt32()));
        Assert.True(content.Bytes > 30_000_000, $"{content.Bytes} bytes");
        Assert.True(most < 120_000_000, $"memory held grew by {most} bytes");
        Assert.Equal(seen.Order(), seen);
        Assert.Contains(seen, p => p is > 0 and < 100);
    }

    [Fact]
    public async Task Respond_async_gives_the_location_before_the_upload_has_ended()
    {
        using var socket = await ConnectAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/files?table=t&format=csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {IngestionService.ClayKey}\r\nPrefer: respond-async\r\nContent-Length: 12\r\n\r\n"));
        using var reader = new StreamReader(stream, leaveOpen: true);
        string? location = null;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Location: ", StringComparison.OrdinalIgnoreCase))
                location = line["Location: ".Length..];
        }
        Assert.NotNull(location);
        Assert.Equal("receiving", (await Import(location)).GetProperty("state").GetString());
        await stream.WriteAsync("a,b\n1,2\n3,4\n"u8.ToArray());
        var done = await UntilAsync(async () => await Import(location) is var i && i.GetProperty("state").GetString() != "receiving" ? i : null);
        Assert.Equal(("completed", 2), (done.GetProperty("state").GetString(), done.GetProperty("accepted").GetInt32()));
    }

    [Fact]
    public async Task An_interrupted_upload_fails_the_import_keeps_its_rows_and_can_be_sent_again()
    {
        var file = new StringBuilder("row_id,v\n");
        for (var i = 0; i < 5000; i++)
            file.Append(i).Append(",value\n");
        var bytes = Encoding.ASCII.GetBytes(file.ToString());
        using (var socket = await ConnectAsync())
        {
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/files?table=t&format=csv&name=cut.csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {IngestionService.ClayKey}\r\nContent-Length: {bytes.Length}\r\n\r\n"));
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await UntilAsync(async () => await OpenImportAsync() is { } i && i.GetProperty("accepted").GetInt32() >= 1000 ? i : null);
        }
        var failed = await UntilAsync(async () => await OpenImportAsync() is { } i && i.GetProperty("state").GetString() == "failed" ? i : null);
        Assert.Contains("interrupted", failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        var kept = failed.GetProperty("accepted").GetInt32();
        Assert.InRange(kept, 1000, 4999);
        var (_, again) = await _service.PostAsync("/v1/files?table=t&format=csv", file.ToString(), "text/csv");
        Assert.Equal((5000 - kept, kept, 0), (again.GetProperty("accepted").GetInt32(), again.GetProperty("duplicates").GetInt32(), again.GetProperty("quarantined").GetInt32()));
    }

    [Theory]
    [InlineData("table=t&format=xls", 400, "format-unknown")]
    [InlineData("format=csv", 400, "table-name")]
    [InlineData("table=t&format=csv&delimiter=ab", 400, "delimiter")]
    [InlineData("table=t&format=csv&delimiter=%0A", 400, "delimiter")]
    [InlineData("table=t&format=csv&delimiter=%22", 400, "delimiter")]
    [InlineData("table=t&format=csv&delimiter=%00", 400, "delimiter")]
    public async Task Wrong_questions_get_the_remedy(string query, int expected, string code)
    {
        var (status, problem) = await _service.PostAsync($"/v1/files?{query}", "a\n1\n", "text/csv");
        Assert.Equal((expected, code), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_file_without_a_usable_header_is_refused_and_its_import_says_so()
    {
        var (status, problem) = await _service.PostAsync("/v1/files?table=t&format=csv", "a,a\n1,2\n", "text/csv");
        Assert.Equal((400, "column-twice"), (status, problem.GetProperty("code").GetString()));
        var import = await Import($"/v1/imports/{problem.GetProperty("importId").GetString()}");
        Assert.Equal("failed", import.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_form_is_refused_with_the_way_to_send_a_file() =>
        Assert.Equal(415, (await _service.PostAsync("/v1/files?table=t", "a=1", "application/x-www-form-urlencoded")).Status);

    [Fact]
    public async Task A_file_past_the_limit_is_stopped_and_its_rows_stay()
    {
        await using var small = await IngestionService.StartAsync(("Ingestion:MaxFileBytes", "4096"));
        var (status, problem) = await small.PostAsync("/v1/files?table=t&format=csv", "a\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i}\n")), "text/csv");
        Assert.Equal((413, "file-too-large"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Imports_are_shown_to_keys_of_their_scope_only()
    {
        var (_, answer) = await _service.PostAsync("/v1/files?table=t&format=csv", "a\n1\n", "text/csv");
        var location = answer.GetProperty("location").GetString();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _service.Client(null).GetAsync(location)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _service.Client(IngestionService.SmartleadKey).GetAsync(location)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _service.Http.GetAsync($"/v1/imports/{Guid.Empty}")).StatusCode);
    }

    [Fact]
    public async Task Callers_can_ask_whether_rows_wait_for_the_worker()
    {
        Assert.False((await Import("/v1/signals/pending")).GetProperty("hasPending").GetBoolean());
        await _service.PostAsync("/v1/files?table=t&format=csv", "a\n1\n", "text/csv");
        Assert.True((await Import("/v1/signals/pending")).GetProperty("hasPending").GetBoolean());
    }

    [Fact]
    public async Task An_import_of_a_killed_process_fails_and_one_that_is_still_sent_goes_on()
    {
        await using var service = await IngestionService.StartAsync(("Ingestion:ImportSilenceSeconds", "4"));
        using var slow = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        await using var stream = new NetworkStream(slow);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/files?table=t&format=csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {IngestionService.ClayKey}\r\nContent-Length: 5\r\n\r\na\n1"));
        var store = service.Services.GetRequiredService<SignalStore>();
        var gone = await store.CreateImportAsync(new NewImport("clay", "t", "cut.csv", "csv", null, "clay", "a process that was killed"), default);
        var failed = await UntilAsync(async () => await Shown(gone) is var i && i.GetProperty("state").GetString() == "failed" ? i : null);
        Assert.Contains("Send the same file again", failed.GetProperty("error").GetString(), StringComparison.Ordinal);

        var going = (await service.ImportIdsAsync()).Single(id => id != gone);
        Assert.Equal("receiving", (await Shown(going)).GetProperty("state").GetString());
        await stream.WriteAsync("\n2"u8.ToArray());
        var done = await UntilAsync(async () => await Shown(going) is var i && i.GetProperty("state").GetString() == "completed" ? i : null);
        Assert.Equal(2, done.GetProperty("accepted").GetInt32());

        async Task<JsonElement> Shown(Guid id) => await IngestionService.JsonOf(await service.Http.GetAsync($"/v1/imports/{id}"));
    }

    private async Task<JsonElement?> OpenImportAsync()
    {
        var ids = await _service.ImportIdsAsync();
        return ids.Count == 0 ? null : await Import($"/v1/imports/{ids[^1]}");
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _service.Address.Port);
        return socket;
    }

    private static async Task<JsonElement> UntilAsync(Func<Task<JsonElement?>> probe)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
        {
            if (await probe() is { } found)
                return found;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        throw new TimeoutException("The condition did not come.");
    }

    // Makes its rows while it is sent, so that the file never exists anywhere.
    private sealed class GeneratedCsv(int rows) : HttpContent
    {
        private const string Header = "row_id,email,company,title,description\n";
        private static readonly string Description = new('d', 120);

        public long Bytes { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Header));
            for (var i = 0; i < rows; i++)
            {
                var row = Encoding.ASCII.GetBytes(Row(i));
                Bytes += row.Length;
                await stream.WriteAsync(row);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Header.Length + Enumerable.Range(0, rows).Sum(i => (long)Row(i).Length);
            return true;
        }

        private static string Row(int i) => $"r{i},person{i}@example.com,Company {i % 997},Title,{Description}\n";
    }
}
