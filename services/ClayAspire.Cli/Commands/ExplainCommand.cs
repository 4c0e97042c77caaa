using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>explain CONNECTION OBJECT RECORD [FIELD]</c>: why a cell is as it is, as a text to read.</summary>
internal static class ExplainCommand
{
    public static Command Build(CommandBinder on)
    {
        var connection = new Argument<string>("CONNECTION") { Description = "The connection, such as icare." };
        var @object = new Argument<string>("OBJECT") { Description = "The object's API name, such as Lead." };
        var record = new Argument<string>("RECORD") { Description = "The record's id in the CRM." };
        var field = new Argument<string?>("FIELD") { Description = "The field's API name; without it, the fields that can be explained.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("explain", "Explains a cell: value and origin, candidates, filters, decision, and what would have altered it.") { connection, @object, record, field };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var parts = new[] { connection, @object, record }.Select(a => parsed.GetValue(a)!).Append(parsed.GetValue(field)).OfType<string>();
            var answer = await client.GetAsync($"api/explain/{string.Join('/', parts.Select(Uri.EscapeDataString))}", cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(answer);
            else if (parsed.GetValue(field) is null)
                ShowFields(session.Terminal, answer);
            else
                Show(session.Terminal, answer);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void ShowFields(Terminal terminal, JsonElement fields) =>
        terminal.Table(["field", "offered", "plans", "last verdict", "reason"], fields.EnumerateArray().Select(f =>
            (IReadOnlyList<string>)[Text(f, "field"), Text(f, "offers"), Text(f, "plans"), Text(f, "verdict"), Text(f, "reason")]));

    private static void Show(Terminal terminal, JsonElement story)
    {
        var decision = story.GetProperty("decision");
        var current = story.GetProperty("current");
        terminal.Line($"{Text(story, "connection")} / {Text(story, "object")} / {Text(story, "recordId")} / {Text(story, "field")}");
        terminal.Line();
        terminal.Line(Text(story, "story"));
        terminal.Line();
        terminal.Line($"In the CRM   {Value(current, "value")}{(Text(current, "seenAt").Length > 0 ? $" (seen {At(current, "seenAt")})" : " (never read)")}");
        terminal.Line($"Decision     {Text(decision, "verdict")}: {Text(Of(decision, "reason"), "text")} [{Text(Of(decision, "reason"), "code")}]");
        terminal.Line($"Rule         {Text(decision, "ruleId")}, policy {Short(Text(decision, "policyVersion"))}");
        if (Text(decision, "planId") is { Length: > 0 } plan)
            terminal.Line($"Plan         {plan}, sealed {At(decision, "at")}, live value {Value(decision, "live")}");
        if (Text(current, "runId") is { Length: > 0 } run)
            terminal.Line($"Our write    '{Text(current, "ourValue")}' by run {run}, approved by {Text(current, "approver")}{(Text(current, "verifiedAt").Length > 0 ? $", read back equal on {At(current, "verifiedAt")}" : "")}");
        if (Text(current, "editedBy") is { Length: > 0 } editor)
            terminal.Line($"Changed by   {editor.ToLowerInvariant()}{(Text(current, "editedAt").Length > 0 ? $", {At(current, "editedAt")}" : ", when is not known")}");
        if (Text(decision, "waitsFor") is { Length: > 0 } who)
            terminal.Line($"Waits for    {who}");
        if (Of(story, "contract") is { ValueKind: JsonValueKind.Object } contract)
            terminal.Line($"Contract     {Text(contract, "status")}, {Text(contract, "rule")}, sources {string.Join(" > ", contract.GetProperty("sources").EnumerateArray())}, owner {Text(contract, "owner")}{(Text(contract, "standard") is { Length: > 0 } standard ? $", standard {standard}" : "")}{(Text(contract, "protectsHumanEdits") == bool.TrueString ? ", protects human edits" : "")}");
        else
            terminal.Line("Contract     none: the field is outside the allowlist");

        terminal.Line();
        terminal.Line("Filters, in order");
        foreach (var filter in story.GetProperty("filters").EnumerateArray())
            terminal.Line($"  {Text(filter, "outcome") switch { "Passed" => "passed     ", "Answered" => "ANSWERED   ", _ => "not reached" }}  {Text(filter, "name")}{(Text(filter, "outcome") == "Answered" ? $": {Text(filter, "text")}" : "")}");

        terminal.Line();
        terminal.Line("Candidates, best first");
        foreach (var c in story.GetProperty("candidates").EnumerateArray())
        {
            terminal.Line($"  {Text(c, "standing"),-12} '{Text(c, "value")}' from {Text(c, "source")}, happened {At(c, "occurredAt")}, signal {Text(c, "signalId")}, {Text(c, "state")}");
            terminal.Line($"               {Text(c, "why")}");
        }
        if (story.GetProperty("candidates").GetArrayLength() == 0)
            terminal.Line("  none was ever offered");

        terminal.Line();
        terminal.Line("What would have changed this");
        terminal.Line(Of(story, "change") is { ValueKind: JsonValueKind.Object } change ? $"  {Text(change, "text")} [{Text(change, "code")}]" : "  Nothing nearby: one or two changes give the same result.");
        if (Text(decision, "now") is { Length: > 0 } now)
            terminal.Line($"  Decided today: {now}");

        terminal.Line();
        terminal.Line("Timeline");
        foreach (var e in story.GetProperty("timeline").EnumerateArray())
            terminal.Line($"  {At(e, "at")}  {Text(e, "kind"),-9} {Text(e, "text")}");
    }

    private static JsonElement Of(JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value : default;

    private static string Text(JsonElement element, string property) => ServiceClient.Text(element, property);

    private static string Value(JsonElement element, string property) => Text(element, property) is { Length: > 0 } text ? $"'{text}'" : "blank";

    private static string At(JsonElement element, string property) =>
        element.GetProperty(property).GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Short(string hash) => hash.Length <= 12 ? hash : hash[..12];
}
