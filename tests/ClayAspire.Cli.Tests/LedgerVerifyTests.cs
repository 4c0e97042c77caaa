using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Audit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class LedgerVerifyTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    private static List<string> Chain(int entries)
    {
        var lines = new List<string>();
        var previous = LedgerChain.Genesis;
        for (var i = 1; i <= entries; i++)
        {
            var entry = LedgerChain.Append("icare", i, previous, new DateTimeOffset(2026, 4, 1, 9, 0, 0, TimeSpan.Zero).AddMilliseconds(i * 7), LedgerKinds.CellVerified,
                $$"""{"record":"00Q{{i}}","field":"City","old":null,"new":"Zürich \"{{i}}\""}""");
            lines.Add(JsonSerializer.Serialize(entry, JsonSerializerOptions.Web));
            previous = entry.Hash;
        }
        return lines;
    }

    private async Task<Answer> VerifyFileAsync(IEnumerable<string> lines)
    {
        await File.WriteAllTextAsync(_file, string.Join('\n', lines) + "\n");
        return await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--file", _file);
    }

    [Fact]
    public async Task An_untouched_export_is_intact()
    {
        var answer = await VerifyFileAsync(Chain(50));
        Assert.Equal(0, answer.Exit);
        Assert.Contains("intact: 50 entries", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_altered_byte_of_an_entry_names_its_line_and_sequence()
    {
        var lines = Chain(5);
        var bytes = Encoding.UTF8.GetBytes(lines[2]);
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var altered = (byte[])bytes.Clone();
            altered[i] = altered[i] == (byte)'7' ? (byte)'8' : (byte)'7';
            lines[2] = Encoding.UTF8.GetString(altered);
            var answer = await VerifyFileAsync(lines);
            Assert.True(answer.Exit == 1, $"byte {i} was altered unseen: {lines[2]}");
            Assert.Contains("line 3", answer.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_entry_is_named_where_the_chain_breaks()
    {
        var lines = Chain(5);
        lines.RemoveAt(1);
        var answer = await VerifyFileAsync(lines);
        Assert.Equal(1, answer.Exit);
        Assert.Contains("line 2, sequence 3", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_consoles_export_is_checked_as_it_streams_and_can_be_saved()
    {
        var lines = Chain(2000);
        await using var console = await CommandLine.ServeAsync(app =>
            app.MapGet("/api/ledger/{connection}/export", () => Results.Text(string.Join('\n', lines) + "\n", "application/x-ndjson")));
        var url = console.Urls.First();
        var answer = await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--console", url, "--key", "k", "--json");
        Assert.Equal(0, answer.Exit);
        Assert.Equal(2000, answer.Json.GetProperty("entries").GetInt32());
        var export = await CommandLine.RunAsync("ledger", "export", "--connection", "icare", "--console", url, "--key", "k", "--file", _file);
        Assert.Equal(0, export.Exit);
        Assert.Equal(lines, await File.ReadAllLinesAsync(_file));
    }
}
