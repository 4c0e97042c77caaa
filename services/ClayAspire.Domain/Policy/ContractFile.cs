using System.Globalization;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>contracts/*.yaml</c>: what the policy says of each field of a connection.</summary>
internal static class ContractFile
{
    public const string Folder = "contracts/";

    public static readonly string[] RootKeys = ["connection", "objects"];

    public static readonly string[] Keys =
        ["type", "status", "rule", "sources", "owner", "max_length", "values", "backup", "lifecycle", "min_confidence", "standard", "region", "protect", "any_of", "on_conversion", "why"];

    public static readonly IReadOnlyDictionary<string, FieldType> Types = new Dictionary<string, FieldType>(StringComparer.Ordinal)
    {
        ["text"] = FieldType.Text,
        ["checkbox"] = FieldType.Checkbox,
        ["picklist"] = FieldType.Picklist,
        ["number"] = FieldType.Number,
        ["datetime"] = FieldType.DateTime,
        ["email"] = FieldType.Email,
    };

    public static readonly IReadOnlyDictionary<string, ContractStatus> Statuses = new Dictionary<string, ContractStatus>(StringComparer.Ordinal)
    {
        ["Draft"] = ContractStatus.Draft,
        ["PendingLegal"] = ContractStatus.PendingLegal,
        ["Active"] = ContractStatus.Active,
        ["Suspended"] = ContractStatus.Suspended,
        ["ReadOnly"] = ContractStatus.ReadOnly,
    };

    public static readonly IReadOnlyDictionary<string, OnConversion> Conversions = new Dictionary<string, OnConversion>(StringComparer.Ordinal)
    {
        ["hold"] = OnConversion.Hold,
        ["follow"] = OnConversion.Follow,
    };

    public static readonly IReadOnlyDictionary<string, MergeRule> Rules = Enum.GetValues<MergeRule>().ToDictionary(FieldContract.RuleName, StringComparer.Ordinal);

    public static IEnumerable<FieldContract> Parse(YamlReader yaml, YamlMappingNode root, IReadOnlyDictionary<string, Lifecycle> lifecycles)
    {
        yaml.AllowOnly(root, RootKeys);
        var connection = yaml.Text(root, "connection");
        foreach (var (@object, fields) in yaml.Mappings(root, "objects"))
        {
            foreach (var (key, value) in fields.Children)
            {
                if (key is YamlScalarNode { Value: { } field } && value is YamlMappingNode body)
                    yield return ParseOne(yaml, connection, @object, field, key, body, lifecycles);
                else
                    yaml.Fault(key, "A field contract must be a mapping.", "Indent type, status, rule, … below the field's name.");
            }
        }
    }

    /// <summary>What no single file can tell.</summary>
    public static void Check(List<PolicyProblem> problems, List<FieldContract> contracts)
    {
        foreach (var twice in contracts.GroupBy(c => (c.Connection, c.Object, c.Field)))
        {
            foreach (var again in twice.Skip(1))
                problems.Add(PolicyProblem.At(again.Place, Folder, $"{again.Connection}: {again.Object}.{again.Field} has a contract already.", $"Keep this one or the one at {twice.First().Place}."));
        }
        foreach (var shadow in contracts.Where(c => c is { Rule: MergeRule.Shadow, Backup: not null }))
        {
            var backup = contracts.Find(c => c.Connection == shadow.Connection && c.Object == shadow.Object && c.Field == shadow.Backup);
            if (backup is not { Rule: MergeRule.Latest } || !shadow.Sources.All(backup.Sources.Contains))
                problems.Add(PolicyProblem.At(shadow.Place, Folder,
                    $"The backup field {shadow.Object}.{shadow.Backup} of {shadow.Object}.{shadow.Field} {(backup is null ? "has no contract" : backup.Rule == MergeRule.Latest ? "lacks some of its sources" : "does not have rule 'latest'")}.",
                    "Give it a contract with rule: latest and at least the same sources."));
        }
        foreach (var bare in contracts.Where(c => c.OnConversion == OnConversion.Follow && !contracts.Exists(o => o.Connection == c.Connection && o.Object == Succession.ConvertedTo && o.Field == c.Field)))
        {
            problems.Add(PolicyProblem.At(bare.Place, Folder, $"{bare.Object}.{bare.Field} follows a converted lead, but {Succession.ConvertedTo}.{bare.Field} has no contract.",
                $"Add a contract of {Succession.ConvertedTo}.{bare.Field}, or take 'on_conversion' away."));
        }
        if (contracts.Count == 0)
            problems.Add(new PolicyProblem(Folder, 0, "No field contract was found.", "Point Policy:Directory at a folder with contracts/, mapping/ and flows.yaml."));
    }

    private static FieldContract ParseOne(
        YamlReader yaml, string connection, string @object, string field, YamlNode key, YamlMappingNode body, IReadOnlyDictionary<string, Lifecycle> lifecycles)
    {
        yaml.AllowOnly(body, Keys);
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
        return contract with
        {
            Place = yaml.Place(key),
            Backup = ParseBackup(yaml, key, body, contract),
            Lifecycle = ParseLifecycle(yaml, key, body, contract, lifecycles),
            MinConfidence = ParseMinConfidence(yaml, body),
            Standard = ContractStandard.Parse(yaml, key, body, contract),
            Region = yaml.OptionalText(body, "region"),
            Protect = EditorsFile.ParseProtection(yaml, key, body, contract),
            AnyOf = ParseAnyOf(yaml, key, body, contract),
            OnConversion = ParseOnConversion(yaml, key, body, contract),
        };
    }

    private static IReadOnlyList<string> ParseAnyOf(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract)
    {
        var fields = yaml.Texts(body, "any_of");
        if (fields.Count > 0 && (contract.Rule != MergeRule.ReadOnly || contract.Type != FieldType.Checkbox))
            yaml.Fault(key, $"{contract.Object}.{contract.Field} has any_of, which only a checkbox of rule 'read-only' has.", "Take 'any_of' away: what we write ourselves is checked by its read-back.");
        if (fields.Contains(contract.Field) || fields.Distinct(StringComparer.Ordinal).Count() < fields.Count)
            yaml.Fault(key, $"any_of of {contract.Object}.{contract.Field} names a field twice, or the formula itself.", "List each field that the formula is made of once, in the order of checks.");
        return fields;
    }

    private static OnConversion ParseOnConversion(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract)
    {
        var conversion = yaml.Choice(body, "on_conversion", Conversions, OnConversion.Hold, required: false);
        if (conversion == OnConversion.Follow && contract.Object != "Lead")
            yaml.Fault(key, $"{contract.Object}.{contract.Field} follows conversions, but only a Lead is converted.", "Take 'on_conversion' away.");
        return conversion;
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
}
