using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads YAML nodes and notes problems with file and line instead of throwing at the first.</summary>
internal sealed class YamlReader(string file, List<PolicyProblem> problems)
{
    public YamlMappingNode? Root(string text)
    {
        try
        {
            if (YamlBounds.Passed(text) is { } passed)
            {
                problems.Add(new PolicyProblem(file, passed.Line, passed.Message, "No policy needs that. Compare with the shipped file of that name."));
                return null;
            }
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
                return root;
            problems.Add(new PolicyProblem(file, 1, "The file must hold one mapping.", "Compare with the shipped file of that name."));
        }
        catch (YamlException e)
        {
            problems.Add(new PolicyProblem(file, e.Start.Line, $"This is no YAML: {e.Message}", "Mend the indentation or quoting on that line."));
        }
        return null;
    }

    public void Fault(YamlNode at, string message, string remedy) => problems.Add(new PolicyProblem(file, at.Start.Line, message, remedy));

    public PolicyPlace Place(YamlNode at) => new(file, at.Start.Line);

    public void AllowOnly(YamlMappingNode node, params string[] keys)
    {
        foreach (var key in node.Children.Keys.OfType<YamlScalarNode>())
            if (!keys.Contains(key.Value, StringComparer.Ordinal))
                Fault(key, $"Unknown key '{key.Value}'.", $"Known keys here: {string.Join(", ", keys)}.");
    }

    public string Text(YamlMappingNode node, string key, string? fallback = null)
    {
        if (Find(node, key) is YamlScalarNode { Value: { } value } && value.Trim().Length > 0)
            return value.Trim();
        if (fallback is null)
            Fault(node, $"The key '{key}' is missing or not a text.", $"Add '{key}: …'.");
        return fallback ?? "";
    }

    /// <summary>The node of a key, whose line is the entry's; null when the key is absent.</summary>
    public YamlNode? KeyOf(YamlMappingNode node, string key) => node.Children.Keys.FirstOrDefault(k => k is YamlScalarNode scalar && scalar.Value == key);

    public string? OptionalText(YamlMappingNode node, string key) =>
        Find(node, key) is YamlScalarNode { Value: { } value } && value.Trim().Length > 0 ? value.Trim() : null;

    public bool Flag(YamlMappingNode node, string key, bool fallback)
    {
        if (Find(node, key) is not { } found)
            return fallback;
        if (found is YamlScalarNode { Value: "true" or "false" } scalar)
            return scalar.Value == "true";
        Fault(found, $"'{key}' must be true or false.", "Write true or false without quotes.");
        return fallback;
    }

    public IReadOnlyList<string> Texts(YamlMappingNode node, string key)
    {
        switch (Find(node, key))
        {
            case null:
                return [];
            case YamlScalarNode { Value: { } one }:
                return [one];
            case YamlSequenceNode list when list.All(i => i is YamlScalarNode):
                return [.. list.Cast<YamlScalarNode>().Select(i => i.Value ?? "")];
            case var other:
                Fault(other!, $"'{key}' must be a list of texts.", $"Write {key}: [a, b].");
                return [];
        }
    }

    public IReadOnlyDictionary<string, string> TextMap(YamlMappingNode node, string key)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        switch (Find(node, key))
        {
            case null:
                break;
            case YamlMappingNode pairs:
                foreach (var (name, value) in pairs.Children)
                {
                    if (name is YamlScalarNode { Value: { } n } && value is YamlScalarNode { Value: { } v })
                        map[n] = v;
                    else
                        Fault(name, $"'{key}' takes pairs of texts.", "Write column: Field.");
                }
                break;
            case var other:
                Fault(other, $"'{key}' must be a mapping.", "Write one 'column: Field' a line.");
                break;
        }
        return map;
    }

    public IEnumerable<(string Name, YamlMappingNode Body)> Mappings(YamlMappingNode node, string key) => Entries(node, key).Select(e => (e.Name, e.Body));

    /// <summary>The entries of a mapping of mappings, each with the node of its name, whose line is the entry's.</summary>
    public IEnumerable<(string Name, YamlNode At, YamlMappingNode Body)> Entries(YamlMappingNode node, string key)
    {
        if (Find(node, key) is not { } found)
            return [];
        if (found is YamlMappingNode map)
            return Entries(map);
        Fault(found, $"'{key}' must be a mapping.", "Indent its entries below it.");
        return [];
    }

    /// <summary>The entries of a mapping of mappings.</summary>
    public IEnumerable<(string Name, YamlNode At, YamlMappingNode Body)> Entries(YamlMappingNode map)
    {
        foreach (var (name, body) in map.Children)
        {
            if (name is YamlScalarNode { Value: { } text } && body is YamlMappingNode value)
                yield return (text, name, value);
            else
                Fault(name, "This entry must be a mapping.", "Indent its keys below it.");
        }
    }

    public YamlMappingNode? Mapping(YamlMappingNode node, string key)
    {
        if (Find(node, key) is YamlMappingNode found)
            return found;
        Fault(node, $"The key '{key}' is missing or no mapping.", $"Add '{key}:' with its keys indented below it.");
        return null;
    }

    public IEnumerable<YamlMappingNode> Items(YamlMappingNode node, string key)
    {
        if (Find(node, key) is not { } found)
            yield break;
        if (found is not YamlSequenceNode list)
        {
            Fault(found, $"'{key}' must be a list.", "Start each entry with '- '.");
            yield break;
        }
        foreach (var item in list)
        {
            if (item is YamlMappingNode value)
                yield return value;
            else
                Fault(item, "This entry must be a mapping.", "Indent its keys below the dash.");
        }
    }

    public T Choice<T>(YamlMappingNode node, string key, IReadOnlyDictionary<string, T> choices, T fallback, bool required)
    {
        var text = required ? Text(node, key) : OptionalText(node, key);
        if (string.IsNullOrEmpty(text))
            return fallback;
        if (choices.TryGetValue(text, out var value))
            return value;
        Fault(Find(node, key) ?? node, $"'{text}' is no {key}.", $"Choose one of {string.Join(", ", choices.Keys)}.");
        return fallback;
    }

    private static YamlNode? Find(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
