using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// Bounds of a policy file, checked on its events before a tree is built of it: a tree is built by recursion, so nesting without end would
/// end the process, and aliases of aliases grow without end. Policies also come over the wire.
/// </summary>
internal static class YamlBounds
{
    /// <summary>Levels of nesting; the deepest policy file has eight.</summary>
    public const int MostLevels = 40;

    /// <summary>Nodes of a file, with every alias written out.</summary>
    public const long MostNodes = 200_000;

    /// <summary>The line where a bound is passed and what is passed there; null when the file keeps within them.</summary>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static (long Line, string Message)? Passed(string text)
    {
        var parser = new Parser(new StringReader(text));
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        var open = new Stack<(AnchorName Anchor, long Nodes)>();
        var nodes = 0L;
        while (parser.MoveNext())
        {
            var line = parser.Current!.Start.Line;
            switch (parser.Current)
            {
                case AnchorAlias alias when open.Any(o => o.Anchor == alias.Value):
                    return (line, $"The alias *{alias.Value} stands within what it stands for.");
                case AnchorAlias alias:
                    nodes += 1 + sizes.GetValueOrDefault(alias.Value.Value);
                    break;
                case Scalar scalar:
                    nodes++;
                    Measure(scalar.Anchor, 1);
                    break;
                case SequenceStart or MappingStart:
                    open.Push((((NodeEvent)parser.Current).Anchor, nodes++));
                    break;
                case SequenceEnd or MappingEnd:
                    var (anchor, before) = open.Pop();
                    Measure(anchor, nodes - before);
                    break;
                default:
                    break;
            }
            if (open.Count > MostLevels)
                return (line, $"The file nests deeper than {MostLevels} levels.");
            if (nodes > MostNodes)
                return (line, $"The file has more than {MostNodes} values, aliases written out.");
        }
        return null;

        void Measure(AnchorName anchor, long size)
        {
            if (!anchor.IsEmpty)
                sizes[anchor.Value] = size;
        }
    }
}
