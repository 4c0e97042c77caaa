using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>audit permissions</c>: what the integration user of a connection may do, against what it is to have. For people, and for a pipeline that must stop.</summary>
internal static class AuditCommands
{
    private const int PageSize = 500;

    public static Command Build(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var all = new Option<bool>("--all") { Description = "Also list what is right." };
        var last = new Option<bool>("--last") { Description = "The latest audit, without reading the CRM anew." };
        var timeout = new Option<int>("--timeout") { Description = "Most seconds to wait for the worker.", DefaultValueFactory = _ => 120 };
        var command = new Command("permissions", "Has the worker read what the integration user may do, and says what is too much, what is missing and what is right. 0 only when everything is right.")
            { connection, all, last, timeout };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var name = parsed.GetValue(connection)!;
            var audit = parsed.GetValue(last)
                ? await LatestAsync(client, name, cancel)
                : await AuditAsync(session, client, name, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel);
            var findings = await FindingsAsync(client, ServiceClient.Text(audit, "id"), cancel);
            Show(session.Terminal, audit, findings, parsed.GetValue(all));
            return ServiceClient.Text(audit, "verdict") == "right" ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return new Command("audit", "Audits.") { command };
    }

    private static async Task<JsonElement> LatestAsync(ServiceClient client, string connection, CancellationToken cancel)
    {
        var audits = await client.GetAsync("api/permissions", cancel);
        var found = audits.EnumerateArray().FirstOrDefault(a => ServiceClient.Text(a, "connection") == connection);
        return found.ValueKind == JsonValueKind.Object
            ? found
            : throw new CliException(ExitCodes.Refused, $"Nobody has audited '{connection}' yet. Leave --last out to have it read now.");
    }

    private static async Task<JsonElement> AuditAsync(Session session, ServiceClient client, string connection, TimeSpan most, CancellationToken cancel)
    {
        var ordered = await client.PostAsync("api/permissions/audits", new { connection }, cancel);
        session.Terminal.Note($"The worker is reading {connection} …");
        var box = await session.WaitAsync(most, TimeSpan.FromMilliseconds(250), "the audit", async () =>
        {
            var (status, body) = await client.TrySendAsync(HttpMethod.Get, ServiceClient.Text(ordered, "location"), null, cancel);
            if (status == HttpStatusCode.OK)
                return (object)body;
            return status == HttpStatusCode.NotFound && ServiceClient.Text(body, "code") == "permission-audit-pending" ? null : throw client.Refusal(status, body);
        }, cancel);
        return (JsonElement)box;
    }

    private static async Task<List<JsonElement>> FindingsAsync(ServiceClient client, string id, CancellationToken cancel)
    {
        var findings = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var answer = await client.GetAsync($"api/permissions/audits/{id}/findings?page={page.ToString(CultureInfo.InvariantCulture)}&size={PageSize}", cancel);
            findings.AddRange(answer.GetProperty("items").EnumerateArray());
            if (answer.GetProperty("items").GetArrayLength() == 0 || findings.Count >= answer.GetProperty("total").GetInt64())
                return findings;
        }
    }

    private static void Show(Terminal terminal, JsonElement audit, List<JsonElement> findings, bool all)
    {
        if (terminal.IsJson)
        {
            terminal.Json(new { audit, findings });
            return;
        }
        string Text(string name) => ServiceClient.Text(audit, name);
        if (Text("fault") is { Length: > 0 } fault)
        {
            terminal.Line($"{Text("connection")}: not readable. {fault}");
            return;
        }
        terminal.Line($"{Text("connection")}, {Text("userName")}: {Text("verdict")}. Read {Text("readAt")}: {Text("right")} right, {Text("tooMuch")} too much, {Text("missing")} missing, {Text("unknown")} not readable.");
        terminal.Line($"Profile {Text("profile")}; role {(Text("role") is { Length: > 0 } role ? role : "none")}.");
        var shown = findings.Where(f => all || ServiceClient.Text(f, "standing") != "right").ToList();
        if (shown.Count > 0)
            terminal.Table(["standing", "area", "which", "expected", "found", "granted by", "why, and what to do"],
                shown.Select(f => (IReadOnlyList<string>)[.. new[] { "standing", "area", "subject", "expected", "found", "grantedBy", "text" }.Select(p => ServiceClient.Text(f, p))]));
        var units = findings.Where(f => ServiceClient.Text(f, "area") == "gbu").ToList();
        if (units.Count > 0)
            terminal.Table(["business unit", "reachable"], units.Select(f => (IReadOnlyList<string>)[ServiceClient.Text(f, "subject"), ServiceClient.Text(f, "found")]));
    }
}
