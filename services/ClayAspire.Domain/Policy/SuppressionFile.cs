using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>suppression.yaml</c>: why somebody is left alone, how that is told, and which flows it stops.</summary>
internal static class SuppressionFile
{
    public const string Name = "suppression.yaml";

    public static readonly string[] RootKeys = ["reasons", "records", "signals"];

    public static readonly string[] ReasonKeys = ["stops", "why"];

    public static readonly string[] ObjectKeys = ["email", "domain", "when"];

    public static readonly string[] ConditionKeys = ["field", "is", "means"];

    public static readonly string[] SignalKeys = ["kind", "email", "column", "is", "means"];

    /// <summary>The rules; nobody is suppressed where there is no such file.</summary>
    public static SuppressionRules Parse(IEnumerable<PolicyFile> files, List<PolicyProblem> problems)
    {
        if (files.FirstOrDefault(f => f.Path == Name) is not { } file)
            return SuppressionRules.None;
        var yaml = new YamlReader(file.Path, problems);
        if (yaml.Root(file.Text) is not { } root)
            return SuppressionRules.None;
        yaml.AllowOnly(root, RootKeys);
        var reasons = new List<SuppressionReason>();
        foreach (var (name, at, body) in yaml.Entries(root, "reasons"))
        {
            yaml.AllowOnly(body, ReasonKeys);
            reasons.Add(new SuppressionReason(name, yaml.Texts(body, "stops"), yaml.Text(body, "why")) { Place = yaml.Place(at) });
        }
        var objects = new List<SuppressedObject>();
        foreach (var (connection, _, body) in yaml.Entries(root, "records"))
            foreach (var (@object, at, told) in yaml.Entries(body))
                objects.Add(ParseObject(yaml, connection, @object, at, told));
        return new SuppressionRules(reasons, objects, [.. yaml.Items(root, "signals").Select(s => ParseSignal(yaml, s))]);
    }

    /// <summary>What no single file can tell, and what no entry can.</summary>
    public static void Check(List<PolicyProblem> problems, SuppressionRules rules, List<FieldContract> contracts, List<Flow> flows)
    {
        var known = rules.Reasons.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        void Means(PolicyPlace? place, string means)
        {
            // A blank one was told of when it was read.
            if (means.Length > 0 && !known.Contains(means))
                problems.Add(PolicyProblem.At(place, Name, $"'{means}' is no reason.", known.Count > 0 ? $"Choose one of {string.Join(", ", known)}." : "Describe it under reasons."));
        }
        var facts = rules.Signals.Select(s => s.Kind).ToHashSet(StringComparer.Ordinal);
        foreach (var (reason, name) in rules.Reasons.SelectMany(r => r.Stops.Select(s => (r, s))))
        {
            if (flows.Find(f => f.Name == name) is not { } flow)
                problems.Add(PolicyProblem.At(reason.Place, Name, $"Reason '{reason.Name}' stops flow '{name}', which {FlowFile.Name} does not have.", $"Choose among {string.Join(", ", flows.Select(f => f.Name))}."));
            else if (flow.Signals.FirstOrDefault(facts.Contains) is { } kind)
                problems.Add(PolicyProblem.At(reason.Place, Name, $"Reason '{reason.Name}' stops flow '{name}', which takes the very signals that tell of suppression ({kind}): the fact would never reach the CRM.", $"Take '{name}' out of its stops."));
        }
        foreach (var told in rules.Objects.DistinctBy(o => o.Connection).Where(o => !contracts.Exists(c => c.Connection == o.Connection)))
            problems.Add(PolicyProblem.At(told.Place, Name, $"Connection '{told.Connection}' has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
        foreach (var told in rules.Objects)
        {
            foreach (var condition in told.Conditions)
                Means(condition.Place, condition.Means);
        }
        foreach (var signal in rules.Signals)
            Means(signal.Place, signal.Means);
    }

    private static SuppressedObject ParseObject(YamlReader yaml, string connection, string @object, YamlNode at, YamlMappingNode body)
    {
        yaml.AllowOnly(body, ObjectKeys);
        var conditions = new List<SuppressionCondition>();
        foreach (var item in yaml.Items(body, "when"))
        {
            yaml.AllowOnly(item, ConditionKeys);
            conditions.Add(new SuppressionCondition(yaml.Text(item, "field"), [.. yaml.Texts(item, "is").Select(v => FieldValue.FromCanonical(v))], yaml.Text(item, "means"))
            {
                Place = yaml.Place(item),
            });
        }
        var email = yaml.OptionalText(body, "email");
        var domain = yaml.OptionalText(body, "domain");
        if (conditions.Count == 0 && email is null && domain is null)
            yaml.Fault(at, $"Nothing tells a suppressed {@object}.", "Name its field of the e-mail address or of the domain, or a condition: when: [{ field: DoNotCall, is: true, means: do-not-contact }].");
        return new SuppressedObject(connection, @object, email, conditions) { DomainField = domain, Place = yaml.Place(at) };
    }

    private static SuppressionSignal ParseSignal(YamlReader yaml, YamlMappingNode body)
    {
        yaml.AllowOnly(body, SignalKeys);
        var signal = new SuppressionSignal(yaml.Text(body, "kind"), yaml.Texts(body, "email"), yaml.OptionalText(body, "column"), yaml.Texts(body, "is"), yaml.Text(body, "means"))
        {
            Place = yaml.Place(body),
        };
        if (signal.EmailColumns.Count == 0)
            yaml.Fault(body, $"No column of {signal.Kind} carries the address.", "Name it: email: [lead_email].");
        if (signal.Column is null != (signal.Values.Count == 0))
            yaml.Fault(body, $"'column' and 'is' of {signal.Kind} go together.", "Write both, column: reply_category and is: [Do Not Contact], or neither.");
        return signal;
    }
}
