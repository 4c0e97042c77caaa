using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Primitives;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// Reads the policy from its files: <c>contracts/*.yaml</c>, <c>mapping/*.yaml</c>, <c>flows.yaml</c>, <c>editors.yaml</c>.
/// Every problem is found in one pass and names file, line and remedy.
/// </summary>
public static class PolicyParser
{
    private static readonly Dictionary<string, FieldType> Types = new(StringComparer.Ordinal)
    {
        ["text"] = FieldType.Text,
        ["checkbox"] = FieldType.Checkbox,
        ["picklist"] = FieldType.Picklist,
        ["number"] = FieldType.Number,
        ["datetime"] = FieldType.DateTime,
        ["email"] = FieldType.Email,
    };

    private static readonly Dictionary<string, ContractStatus> Statuses = new(StringComparer.Ordinal)
    {
        ["Active"] = ContractStatus.Active,
        ["PendingLegal"] = ContractStatus.PendingLegal,
        ["Suspended"] = ContractStatus.Suspended,
        ["ReadOnly"] = ContractStatus.ReadOnly,
    };

    private static readonly Dictionary<string, MergeRule> Rules = Enum.GetValues<MergeRule>().ToDictionary(FieldContract.RuleName, StringComparer.Ordinal);

    private static readonly Dictionary<string, ReleaseMode> Releases = new(StringComparer.Ordinal)
    {
        ["approval"] = ReleaseMode.Approval,
        ["pre-authorised"] = ReleaseMode.PreAuthorised,
    };

    /// <summary>Parses all files into one policy, or lists every problem found.</summary>
    public static PolicyLoad Parse(IReadOnlyCollection<PolicyFile> files)
    {
        var problems = new List<PolicyProblem>();
        var contracts = new List<FieldContract>();
        var flows = new List<Flow>();
        var mappings = new List<SourceMapping>();
        var lifecycles = LifecycleFile.Parse(files, problems);
        var editors = EditorsFile.Parse(files, problems);
        // Cases are tests of the policy, not part of it: they neither load nor change its version.
        files = [.. files.Where(f => !f.Path.StartsWith("cases/", StringComparison.Ordinal))];
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var yaml = new YamlReader(file.Path, problems);
            if (yaml.Root(file.Text) is not { } root)
                continue;
            if (file.Path.StartsWith("contracts/", StringComparison.Ordinal))
                contracts.AddRange(ParseContracts(yaml, root, lifecycles));
            else if (file.Path.StartsWith("mapping/", StringComparison.Ordinal))
                mappings.AddRange(ParseMappings(yaml, root));
            else if (file.Path == "flows.yaml")
                flows.AddRange(ParseFlows(yaml, root));
            else if (file.Path is not (LifecycleFile.Name or EditorsFile.Name))
                problems.Add(new PolicyProblem(file.Path, 0, "No policy file has this place.", "Put it under contracts/ or mapping/, or name it flows.yaml, lifecycle.yaml or editors.yaml."));
        }
        EditorsFile.Check(problems, contracts, editors);
        CheckWhole(problems, contracts, flows, mappings);
        return problems.Count > 0
            ? new PolicyLoad(null, problems)
            : new PolicyLoad(new PolicySet(Version(files), contracts, flows, mappings) { Editors = editors }, []);
    }

    private static IEnumerable<FieldContract> ParseContracts(YamlReader yaml, YamlMappingNode root, IReadOnlyDictionary<string, Lifecycle> lifecycles)
    {
        yaml.AllowOnly(root, "connection", "objects");
        var connection = yaml.Text(root, "connection");
        foreach (var (@object, fields) in yaml.Mappings(root, "objects"))
        {
            foreach (var (key, value) in fields.Children)
            {
                if (key is not YamlScalarNode { Value: { } field } || value is not YamlMappingNode body)
                {
                    yaml.Fault(key, "A field contract must be a mapping.", "Indent type, status, rule, … below the field's name.");
                    continue;
                }
                yaml.AllowOnly(body, "type", "status", "rule", "sources", "owner", "max_length", "values", "backup", "lifecycle", "min_confidence", "protect", "why");
                var rule = yaml.Choice(body, "rule", Rules, MergeRule.ReadOnly, required: true);
                var status = yaml.Choice(body, "status", Statuses, ContractStatus.Suspended, required: true);
                var sources = yaml.Texts(body, "sources");
                if (rule != MergeRule.ReadOnly && sources.Count == 0)
                    yaml.Fault(key, $"{@object}.{field} names no sources.", "List the sources that may offer values, best first.");
                int? maxLength = null;
                if (yaml.OptionalText(body, "max_length") is { } max)
                {
                    if (int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length > 0)
                        maxLength = length;
                    else
                        yaml.Fault(body, "max_length must be a number of characters above 0.", "Write the CRM field's length.");
                }
                var type = yaml.Choice(body, "type", Types, FieldType.Text, required: true);
                if (rule is MergeRule.Union or MergeRule.SetOnce && type != FieldType.Checkbox)
                    yaml.Fault(key, $"Rule '{FieldContract.RuleName(rule)}' is for checkboxes; {@object}.{field} is {type}.", "Choose latest or fill-blank.");
                var contract = new FieldContract(connection, @object, field, type, status, rule, sources,
                    yaml.Text(body, "owner"), maxLength, yaml.Texts(body, "values"), yaml.Text(body, "why"));
                yield return contract with
                {
                    Place = yaml.Place(key),
                    Backup = ParseBackup(yaml, key, body, contract),
                    Lifecycle = ParseLifecycle(yaml, key, body, contract, lifecycles),
                    MinConfidence = ParseMinConfidence(yaml, body),
                    Protect = EditorsFile.ParseProtection(yaml, key, body, contract),
                };
            }
        }
    }

    private static string? ParseBackup(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract)
    {
        var backup = yaml.OptionalText(body, "backup");
        if (contract.Rule == MergeRule.Shadow && backup is null)
            yaml.Fault(key, $"{contract.Object}.{contract.Field} has rule 'shadow' and no backup field.", "Name the field that takes every value: backup: job_title_clay.");
        if (contract.Rule != MergeRule.Shadow && backup is not null)
            yaml.Fault(key, $"{contract.Object}.{contract.Field} names a backup field, which only rule 'shadow' has.", "Take 'backup' away, or choose rule: shadow.");
        return backup;
    }

    private static Lifecycle? ParseLifecycle(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract, IReadOnlyDictionary<string, Lifecycle> lifecycles)
    {
        var name = yaml.OptionalText(body, "lifecycle");
        if (contract.Rule != MergeRule.Stage)
        {
            if (name is not null)
                yaml.Fault(key, $"{contract.Object}.{contract.Field} names a lifecycle, which only rule 'stage' has.", "Take 'lifecycle' away, or choose rule: stage.");
            return null;
        }
        if (name is not null && lifecycles.TryGetValue(name, out var lifecycle))
        {
            foreach (var value in contract.Values.Where(v => !lifecycle.Stages.Contains(v)))
                yaml.Fault(key, $"'{value}' is no stage of lifecycle '{name}'.", $"Choose among {string.Join(", ", lifecycle.Stages)}.");
            return lifecycle;
        }
        yaml.Fault(key, name is null ? $"{contract.Object}.{contract.Field} has rule 'stage' and no lifecycle." : $"There is no lifecycle '{name}'.",
            lifecycles.Count > 0 ? $"Write lifecycle: with one of {string.Join(", ", lifecycles.Keys)}." : $"Describe it in {LifecycleFile.Name}.");
        return null;
    }

    private static double? ParseMinConfidence(YamlReader yaml, YamlMappingNode body)
    {
        if (yaml.OptionalText(body, "min_confidence") is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var confidence) && confidence is > 0 and <= 1)
            return confidence;
        yaml.Fault(body, $"'{text}' is no confidence.", "Write min_confidence: with a number above 0 and up to 1, such as 0.8.");
        return null;
    }

    private static IEnumerable<Flow> ParseFlows(YamlReader yaml, YamlMappingNode root)
    {
        yaml.AllowOnly(root, "flows");
        foreach (var (name, body) in yaml.Mappings(root, "flows"))
        {
            yaml.AllowOnly(body, "connections", "signals", "fields", "release", "role", "four_eyes", "daily_at", "expires_after_hours", "why");
            var fields = new List<FlowField>();
            foreach (var field in yaml.Texts(body, "fields"))
            {
                var dot = field.IndexOf('.', StringComparison.Ordinal);
                if (dot > 0 && dot < field.Length - 1)
                    fields.Add(new FlowField(field[..dot], field[(dot + 1)..]));
                else
                    yaml.Fault(body, $"'{field}' is no field of a flow.", "Write Object.Field or Object.*.");
            }
            TimeOnly? dailyAt = null;
            if (yaml.OptionalText(body, "daily_at") is { } at)
            {
                if (TimeOnly.TryParseExact(at, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                    dailyAt = time;
                else
                    yaml.Fault(body, $"'{at}' is no time of day.", "Write daily_at: \"06:00\" (UTC).");
            }
            var expiry = 24d;
            if (yaml.OptionalText(body, "expires_after_hours") is { } hours
                && (!double.TryParse(hours, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out expiry) || expiry <= 0))
            {
                yaml.Fault(body, "expires_after_hours must be a number above 0.", "Write expires_after_hours: 24.");
                expiry = 24;
            }
            yield return new Flow(name, yaml.Texts(body, "connections"), yaml.Texts(body, "signals"), fields,
                yaml.Choice(body, "release", Releases, ReleaseMode.Approval, required: true),
                yaml.Text(body, "role"), yaml.Flag(body, "four_eyes", false), dailyAt, TimeSpan.FromHours(expiry));
        }
    }

    private static IEnumerable<SourceMapping> ParseMappings(YamlReader yaml, YamlMappingNode root)
    {
        yaml.AllowOnly(root, "source", "mappings");
        var source = yaml.Text(root, "source");
        foreach (var body in yaml.Items(root, "mappings"))
        {
            yaml.AllowOnly(body, "table", "kinds", "connection", "object", "record_id", "external_id", "email", "campaign",
                "occurred_at", "confidence", "columns", "constants", "ignore", "unlisted_as_fields");
            ExternalIdColumns? externalId = null;
            foreach (var (field, columns) in yaml.Mappings(body, "external_id"))
                externalId = new ExternalIdColumns(field, yaml.Texts(columns, "columns"));
            yield return new SourceMapping(source, yaml.Text(body, "table", "*"), yaml.Texts(body, "kinds"),
                yaml.Text(body, "connection"), yaml.Text(body, "object"),
                yaml.Texts(body, "record_id"), externalId, yaml.Texts(body, "email"), yaml.Texts(body, "campaign"),
                yaml.Texts(body, "occurred_at"), yaml.TextMap(body, "columns"), yaml.TextMap(body, "constants"),
                yaml.Texts(body, "ignore"), yaml.Flag(body, "unlisted_as_fields", false))
            {
                ConfidenceColumns = yaml.Texts(body, "confidence"),
            };
        }
    }

    private static void CheckWhole(List<PolicyProblem> problems, List<FieldContract> contracts, List<Flow> flows, List<SourceMapping> mappings)
    {
        foreach (var twice in contracts.GroupBy(c => (c.Connection, c.Object, c.Field)).Where(g => g.Count() > 1))
            problems.Add(new PolicyProblem("contracts/", 0, $"{twice.Key.Connection}: {twice.Key.Object}.{twice.Key.Field} has {twice.Count()} contracts.", "Keep one."));
        foreach (var shadow in contracts.Where(c => c is { Rule: MergeRule.Shadow, Backup: not null }))
        {
            var backup = contracts.Find(c => c.Connection == shadow.Connection && c.Object == shadow.Object && c.Field == shadow.Backup);
            if (backup is not { Rule: MergeRule.Latest } || !shadow.Sources.All(backup.Sources.Contains))
                problems.Add(new PolicyProblem(shadow.Place?.File ?? "contracts/", shadow.Place?.Line ?? 0,
                    $"The backup field {shadow.Object}.{shadow.Backup} of {shadow.Object}.{shadow.Field} {(backup is null ? "has no contract" : backup.Rule == MergeRule.Latest ? "lacks some of its sources" : "does not have rule 'latest'")}.",
                    "Give it a contract with rule: latest and at least the same sources."));
        }
        var connections = contracts.Select(c => c.Connection).ToHashSet(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            foreach (var connection in flow.Connections.Where(c => !connections.Contains(c)))
                problems.Add(new PolicyProblem("flows.yaml", 0, $"Flow '{flow.Name}' names connection '{connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
            foreach (var field in flow.Fields.Where(f => f.Field != "*" && !contracts.Exists(c => c.Object == f.Object && c.Field == f.Field)))
                problems.Add(new PolicyProblem("flows.yaml", 0, $"Flow '{flow.Name}' carries {field.Object}.{field.Field}, which has no contract.", "Add the contract first."));
        }
        foreach (var mapping in mappings.Where(m => !connections.Contains(m.Connection)))
            problems.Add(new PolicyProblem("mapping/", 0, $"The mapping of source '{mapping.Source}' names connection '{mapping.Connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
        if (contracts.Count == 0)
            problems.Add(new PolicyProblem("contracts/", 0, "No field contract was found.", "Point Policy:Directory at a folder with contracts/, mapping/ and flows.yaml."));
    }

    private static string Version(IEnumerable<PolicyFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Text.Length}\n{file.Text.ReplaceLineEndings("\n")}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
