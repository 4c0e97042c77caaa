using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClayAspire.Analytics.Models;

/// <summary>
/// All models, in the order of building. A model names its inputs plainly (<c>from stg_signals</c>), so that its SQL runs unchanged in any
/// DuckDB. Which names are references is found by name: every word of the SQL that is a model's name, or that stands in schema
/// <c>snapshot</c> or <c>settings</c>. The header's <c>inputs:</c> must say the same; the loader refuses a header that does not.
/// </summary>
internal sealed partial class ModelCatalog
{
    private const string ResourcePrefix = "models/";

    private ModelCatalog(IReadOnlyList<Model> models, string version)
    {
        Models = models;
        Version = version;
    }

    /// <summary>Every model after all of its inputs; ties by name, so the order is the same on every machine.</summary>
    public IReadOnlyList<Model> Models { get; }

    /// <summary>SHA-256 (first 16 hex digits) over names and texts: figures say which models made them.</summary>
    public string Version { get; }

    public static ModelCatalog Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return Parse(assembly.GetManifestResourceNames()
            .Select(n => (Resource: n, Path: n.Replace('\\', '/')))
            .Where(n => n.Path.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(n => (n.Path[ResourcePrefix.Length..], Read(assembly, n.Resource))));
    }

    /// <summary>Builds a catalog from (relative path, text) pairs; throws with file and remedy when one is wrong.</summary>
    public static ModelCatalog Parse(IEnumerable<(string Path, string Text)> files)
    {
        var read = files.Select(f => ParseFile(f.Path, f.Text)).OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
        var names = read.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count != read.Count)
            throw new InvalidDataException("Two models have the same file name; names are unique over all folders.");
        foreach (var model in read)
            CheckInputs(model, names);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', read.Select(m => $"{m.Layer}/{m.Name}\0{m.Sql}"))));
        return new ModelCatalog(Order(read), Convert.ToHexStringLower(hash)[..16]);
    }

    private static Model ParseFile(string path, string text)
    {
        var parts = path.Split('/');
        if (parts.Length != 2 || !Enum.TryParse<ModelLayer>(parts[0], ignoreCase: true, out var layer))
            throw new InvalidDataException($"models/{path}: models live in staging, intermediate, marts or checks, one level deep.");
        var header = text.Split('\n').TakeWhile(l => l.StartsWith("--", StringComparison.Ordinal))
            .Select(l => l[2..].Split(':', 2)).Where(p => p.Length == 2)
            .ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.Ordinal);
        string Need(string key) => header.TryGetValue(key, out var value) && value.Length > 0
            ? value
            : throw new InvalidDataException($"models/{path}: the header lacks '-- {key}: …'; it takes grain, key, inputs and why.");
        return new Model(
            Path.GetFileNameWithoutExtension(parts[1]), layer, Need("grain"), List(Need("key")), List(Need("inputs")), Need("why"), text);
    }

    private static void CheckInputs(Model model, HashSet<string> names)
    {
        var found = Words().Matches(Noise().Replace(model.Sql, " ")).Select(m => m.Value)
            .Where(w => w != model.Name && (names.Contains(w) || w.StartsWith("snapshot.", StringComparison.Ordinal) || w.StartsWith("settings.", StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal);
        var declared = model.Inputs.ToHashSet(StringComparer.Ordinal);
        if (!found.SetEquals(declared))
            throw new InvalidDataException($"models/{model.Name}.sql: the header says inputs {string.Join(", ", declared)}, the query reads {string.Join(", ", found)}.");
        if (model.Layer != ModelLayer.Staging && found.Any(f => f.StartsWith("snapshot.", StringComparison.Ordinal)))
            throw new InvalidDataException($"models/{model.Name}.sql: only staging reads snapshots; read the staging model instead.");
    }

    private static List<Model> Order(List<Model> models)
    {
        var ordered = new List<Model>(models.Count);
        var built = new HashSet<string>(StringComparer.Ordinal);
        var names = models.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        var waiting = models.OrderBy(m => m.Layer).ThenBy(m => m.Name, StringComparer.Ordinal).ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.Find(m => m.Inputs.All(i => built.Contains(i) || !names.Contains(i)))
                ?? throw new InvalidDataException($"These models read each other in a circle: {string.Join(", ", waiting.Select(m => m.Name))}.");
            waiting.Remove(next);
            built.Add(next.Name);
            ordered.Add(next);
        }
        return ordered;
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource '{resource}' vanished from the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"--[^\n]*|'(?:[^']|'')*'", RegexOptions.None, 1000)]
    private static partial Regex Noise();

    [GeneratedRegex(@"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?", RegexOptions.None, 1000)]
    private static partial Regex Words();
}
