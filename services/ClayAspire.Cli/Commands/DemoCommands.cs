using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ClayAspire.Cli.Sandbox;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>demo load</c>: fills a fresh demo stack. What is there already is not loaded twice.</summary>
internal static class DemoCommands
{
    private const string Connection = "icare";
    private const string Table = "demo-enrichment";
    private const int Batch = 500;
    private static readonly TimeSpan MostStart = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan MostWork = TimeSpan.FromMinutes(10);

    public static Command Build(CommandBinder on)
    {
        var (id, secret) = SandboxCommands.Credentials();
        var load = new Command("load", "Sends the demo's events and rows, makes the first plans, takes the first snapshot. Can be repeated.") { id, secret };
        on.Run(load, async (parsed, session, cancel) =>
        {
            var progress = new List<object>();
            void Step(string text)
            {
                progress.Add(text);
                if (!session.Terminal.IsJson)
                    session.Terminal.Line(text);
            }

            await WaitHealthyAsync(session, Step, cancel);
            var org = await SandboxClient.SignInAsync(session, SandboxClient.OrgOf(Connection), parsed.GetRequiredValue(id), parsed.GetRequiredValue(secret), cancel);
            var console = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            await console.PostAsync("api/mirror/refresh", new { connection = Connection }, cancel);
            Step($"The worker reads the records of {Connection}.");

            var events = await session.ClientAsync(Endpoints.Ingestion, KeyUse.Events, cancel);
            Step($"Smartlead events: {await SendAsync(events, "v1/smartlead/events", org.DemoAsync("events", cancel), Body, cancel)}");
            var rows = await session.ClientAsync(Endpoints.Ingestion, KeyUse.Rows, cancel);
            Step($"Clay rows: {await SendAsync(rows, $"v1/clay/rows/{Table}", org.DemoAsync("clay-rows", cancel), line => line, cancel)}");
            await ImportCommand.WaitProcessedAsync(session, rows, cancel);
            Step("All signals are processed.");

            foreach (var flow in (string[])["bounce-sync", "enrichment-writeback"])
            {
                var plan = await PlanCommands.WaitSealedAsync(session, console, await PlanCommands.OrderAsync(console, Connection, flow, cancel), MostWork, cancel);
                Step($"Plan {flow}: {ServiceClient.Text(plan, "state")}, {ServiceClient.Text(plan, "changes")} changes, {ServiceClient.Text(plan, "keeps")} keeps, {ServiceClient.Text(plan, "holds")} holds, {ServiceClient.Text(plan, "refusals")} refusals.");
            }
            var snapshot = await SnapshotAsync(session, console, cancel);
            Step($"Snapshot {snapshot} is taken.");
            if (session.Terminal.IsJson)
                session.Terminal.Json(new { steps = progress, snapshot });
            return ExitCodes.Ok;
        });
        return new Command("demo", "The demo organisation.") { load };
    }

    private static async Task WaitHealthyAsync(Session session, Action<string> step, CancellationToken cancel)
    {
        foreach (var service in (string[])[Endpoints.Sandbox, Endpoints.Ingestion, Endpoints.SyncWorker, Endpoints.Analytics, Endpoints.Console])
        {
            // Workers may be replicas without an address of their own.
            if (service == Endpoints.SyncWorker && session.Endpoints.Find(service) is null)
                continue;
            var client = session.Client(service, session.Endpoints.Of(service), null);
            await session.WaitAsync(MostStart, TimeSpan.FromMilliseconds(500), $"{service} to be healthy", async () =>
            {
                try
                {
                    var (status, _) = await client.TrySendAsync(HttpMethod.Get, "health", null, cancel);
                    return (int)status == 200 ? "" : null;
                }
                catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable)
                {
                    // Not there yet; the deadline says when to give up.
                    return null;
                }
            }, cancel);
        }
        step("All services are healthy.");
    }

    private static async Task<string> SendAsync(ServiceClient ingestion, string path, IAsyncEnumerable<string> lines, Func<string, string> body, CancellationToken cancel)
    {
        long accepted = 0, duplicates = 0, quarantined = 0;
        var batch = new List<string>(Batch);
        async Task FlushAsync()
        {
            if (batch.Count == 0)
                return;
            using var content = new StringContent($"[{string.Join(',', batch)}]", Encoding.UTF8, "application/json");
            batch.Clear();
            var (_, answer) = await ingestion.SendAsync(HttpMethod.Post, path, content, cancel);
            accepted += answer.GetProperty("accepted").GetInt64();
            duplicates += answer.GetProperty("duplicates").GetInt64();
            quarantined += answer.GetProperty("quarantined").GetInt64();
        }

        await foreach (var line in lines.WithCancellation(cancel))
        {
            batch.Add(body(line));
            if (batch.Count == Batch)
                await FlushAsync();
        }
        await FlushAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{accepted} accepted, {duplicates} duplicates, {quarantined} quarantined.");
    }

    // {requestId, body}: in an array there is no request id, so ingestion tells repeated events by their content.
    private static string Body(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty("body", out var body) ? body.GetRawText() : line;
    }

    // A snapshot before the worker has read any record would show empty figures.
    private static async Task<string> SnapshotAsync(Session session, ServiceClient console, CancellationToken cancel) =>
        await session.WaitAsync(MostWork, TimeSpan.FromSeconds(1), "a snapshot with records", async () =>
        {
            var answer = await console.PostAsync("api/snapshots", null, cancel);
            var board = answer.TryGetProperty("kpis", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : answer;
            var fill = board.GetProperty("kpis").EnumerateArray().FirstOrDefault(k => ServiceClient.Text(k, "key") == "fill-rate");
            return ServiceClient.Text(fill, "denominator") is "" or "0" ? null : ServiceClient.Text(board.GetProperty("snapshot"), "id");
        }, cancel);
}
