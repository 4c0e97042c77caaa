using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>lifecycle.yaml</c>: the stages of a record's life and the moves between them.</summary>
internal static class LifecycleFile
{
    public const string Name = "lifecycle.yaml";

    public static readonly string[] RootKeys = ["lifecycles"];

    public static readonly string[] Keys = ["stages", "moves", "why"];

    public static readonly string[] MoveKeys = ["from", "to", "why"];

    /// <summary>How the file spells the stage of a blank field.</summary>
    private const string Blank = "(blank)";

    public static IReadOnlyDictionary<string, Lifecycle> Parse(IEnumerable<PolicyFile> files, List<PolicyProblem> problems)
    {
        var lifecycles = new Dictionary<string, Lifecycle>(StringComparer.Ordinal);
        foreach (var file in files.Where(f => f.Path == Name))
        {
            var yaml = new YamlReader(file.Path, problems);
            if (yaml.Root(file.Text) is not { } root)
                continue;
            yaml.AllowOnly(root, RootKeys);
            foreach (var (name, body) in yaml.Mappings(root, "lifecycles"))
                lifecycles[name] = ParseOne(yaml, name, body);
        }
        return lifecycles;
    }

    private static Lifecycle ParseOne(YamlReader yaml, string name, YamlMappingNode body)
    {
        yaml.AllowOnly(body, Keys);
        var stages = yaml.Texts(body, "stages");
        if (stages.Count == 0)
            yaml.Fault(body, $"Lifecycle '{name}' has no stages.", "List them, the earliest first: stages: [lead, marketingqualifiedlead].");
        var moves = new List<LifecycleMove>();
        foreach (var move in yaml.Items(body, "moves"))
        {
            yaml.AllowOnly(move, MoveKeys);
            foreach (var from in yaml.Texts(move, "from"))
            {
                foreach (var to in yaml.Texts(move, "to"))
                {
                    foreach (var stage in new[] { from, to }.Where(s => !stages.Contains(s) && (s != Blank || s == to)))
                        yaml.Fault(move, $"'{stage}' is no stage of lifecycle '{name}'.", $"Choose among {string.Join(", ", stages)}; only 'from' may be {Blank}.");
                    moves.Add(new LifecycleMove(from == Blank ? null : from, to));
                }
            }
        }
        if (moves.Count == 0)
            yaml.Fault(body, $"Lifecycle '{name}' allows no move.", $"List at least one: moves: [{{ from: {Blank}, to: lead }}].");
        return new Lifecycle(name, stages, moves);
    }
}
