using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>standard:</c> and <c>region:</c> of a field contract. A free-text field that may be written must name one (seed 2).</summary>
internal static class ContractStandard
{
    /// <summary>The contract's standard; null when it needs none, or when there is a problem, which is then reported.</summary>
    /// <param name="yaml">The file.</param>
    /// <param name="key">The field's name in it.</param>
    /// <param name="body">The contract in it.</param>
    /// <param name="contract">What was read of the contract so far.</param>
    public static IStandard? Parse(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract)
    {
        var field = $"{contract.Object}.{contract.Field}";
        var region = yaml.OptionalText(body, "region");
        if (yaml.OptionalText(body, "standard") is not { } name)
        {
            if (contract.Type == FieldType.Text && contract is not ({ Status: ContractStatus.ReadOnly } or { Rule: MergeRule.ReadOnly }))
                yaml.Fault(key, $"{field} is free text and names no standard.", $"Write standard: with one of {string.Join(", ", StandardRegistry.Names)}. docs/policy.md says what each does.");
            if (region is not null)
                yaml.Fault(key, $"{field} names a region and no standard.", "Take 'region' away, or write standard: phone.");
            return null;
        }
        if (!StandardRegistry.Names.Contains(name))
        {
            yaml.Fault(key, $"There is no standard '{name}'.", $"Choose one of {string.Join(", ", StandardRegistry.Names)}.");
            return null;
        }
        if (contract.Type is not (FieldType.Text or FieldType.Picklist))
        {
            yaml.Fault(key, $"{field} is of type {contract.Type}, which has one spelling of its own.", "Take 'standard' away, or choose type: text or picklist.");
            return null;
        }
        if (region is not null && name != StandardRegistry.Phone)
        {
            yaml.Fault(key, $"{field} names a region, which only standard 'phone' has.", "Take 'region' away.");
            return null;
        }
        if (region is not null && !StandardRegistry.KnowsRegion(region))
        {
            yaml.Fault(key, $"'{region}' is no region of telephone numbers.", "Write region: with an ISO 3166 code of two capitals, such as DE.");
            return null;
        }
        var standard = StandardRegistry.Find(name, region)!;
        foreach (var value in contract.Values)
            if (!standard.TryStandardise(value, out var canonical, out var why))
                yaml.Fault(key, $"'{value}' in the values of {field} is not of its standard '{name}'.", why);
            else if (canonical != value)
                yaml.Fault(key, $"'{value}' in the values of {field} is '{canonical}' in its standard '{name}'.", $"Write '{canonical}'.");
        return standard;
    }
}
