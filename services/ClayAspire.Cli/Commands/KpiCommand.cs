using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>kpi</c>: the figures and the snapshot that they come from.</summary>
internal static class KpiCommand
{
    public static Command Build(CommandBinder on)
    {
        var snapshot = new Option<string?>("--snapshot") { Description = "'new' takes a snapshot first." };
        snapshot.AcceptOnlyFromAmong("new");
        var recompute = new Option<bool>("--recompute") { Description = "Compute the figures again from their snapshot's Parquet files and compare." };
        var command = new Command("kpi", "Shows the figures, each with its snapshot.") { snapshot, recompute };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var console = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var board = parsed.GetValue(snapshot) is null
                ? await console.GetAsync("api/kpis", cancel)
                : Board(await console.PostAsync("api/snapshots", null, cancel));
            if (!parsed.GetValue(recompute))
            {
                Show(session.Terminal, board);
                return ExitCodes.Ok;
            }
            return await RecomputeAsync(session, board, cancel);
        });
        return command;
    }

    private static async Task<int> RecomputeAsync(Session session, JsonElement board, CancellationToken cancel)
    {
        var id = ServiceClient.Text(board.GetProperty("snapshot"), "id");
        var analytics = await session.ClientAsync(Endpoints.Analytics, KeyUse.None, cancel);
        var again = Board(await analytics.PostAsync($"v1/snapshots/{Uri.EscapeDataString(id)}/recompute", null, cancel));
        var before = Figures(board);
        var after = Figures(again);
        var differ = before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k)).Order(StringComparer.Ordinal).ToList();
        if (session.Terminal.IsJson)
        {
            session.Terminal.Json(new { snapshot = id, same = differ.Count == 0, compared = before.Count, differ, before = board, after = again });
        }
        else
        {
            Show(session.Terminal, again);
            session.Terminal.Line(differ.Count == 0
                ? $"Recomputed from snapshot {id}: all {before.Count} figures are the same."
                : $"Recomputed from snapshot {id}: {differ.Count} of {before.Count} figures DIFFER: {string.Join(", ", differ.Take(20))}");
        }
        return differ.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static void Show(Terminal terminal, JsonElement board)
    {
        if (terminal.IsJson)
        {
            terminal.Json(board);
            return;
        }
        terminal.Line($"Snapshot {ServiceClient.Text(board.GetProperty("snapshot"), "id")}, taken {ServiceClient.Text(board.GetProperty("snapshot"), "takenAt")}");
        terminal.Table(["figure", "value", "of", "target", "status", "owner", "scope"], board.GetProperty("kpis").EnumerateArray().Select(k => (IReadOnlyList<string>)
        [
            ServiceClient.Text(k, "title"), Value(k, "value"), $"{ServiceClient.Text(k, "numerator")} / {ServiceClient.Text(k, "denominator")}",
            Value(k, "target"), ServiceClient.Text(k, "status"), ServiceClient.Text(k, "owner"), ServiceClient.Text(k, "scope"),
        ]));
    }

    // Every number of every figure, by its path: two documents with the same figures give the same pairs.
    private static Dictionary<string, string> Figures(JsonElement board)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var kpi in board.GetProperty("kpis").EnumerateArray())
            Collect(kpi, ServiceClient.Text(kpi, "key"), found);
        return found;
    }

    private static void Collect(JsonElement element, string path, Dictionary<string, string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject().Where(p => p.Name != "snapshot"))
                    Collect(property.Value, $"{path}/{property.Name}", found);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                    Collect(item, $"{path}/{index++}", found);
                break;
            case JsonValueKind.Number:
                found[path] = element.GetRawText();
                break;
        }
    }

    // POST /v1/snapshots answers {manifest, kpis: document}; GET answers the document.
    private static JsonElement Board(JsonElement answer) =>
        answer.TryGetProperty("kpis", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : answer;

    private static string Value(JsonElement kpi, string property)
    {
        if (!kpi.TryGetProperty(property, out var value) || value.ValueKind != JsonValueKind.Number)
            return "–";
        return ServiceClient.Text(kpi, "unit") switch
        {
            "ratio" => (value.GetDouble() * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %",
            "seconds" => TimeSpan.FromSeconds(value.GetDouble()).ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture),
            _ => value.GetRawText(),
        };
    }
}
