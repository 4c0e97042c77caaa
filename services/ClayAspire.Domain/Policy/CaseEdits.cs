using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>What a case says of the last edit of its field: <c>last_edit: human</c>.</summary>
internal static class CaseEdits
{
    private const string EditorId = "005000000000000AAA";

    /// <summary>The edits that a case can state, by their spelling.</summary>
    public static readonly IReadOnlyDictionary<string, Func<CellKey, LastEdit>> Choices = MakeEdits();

    /// <summary>The edit that a case states; none when it states none.</summary>
    public static LastEdit Of(YamlReader yaml, YamlMappingNode body, string connection, string cell)
    {
        var parts = cell.Split('.', 2);
        var key = new CellKey(new RecordKey(connection, parts[0], "1"), parts[^1]);
        return yaml.Choice(body, "last_edit", Choices, _ => LastEdit.None, required: false)(key);
    }

    private static Dictionary<string, Func<CellKey, LastEdit>> MakeEdits()
    {
        var edits = new Dictionary<string, Func<CellKey, LastEdit>>(StringComparer.Ordinal)
        {
            ["none"] = _ => LastEdit.None,
            ["human-creation"] = _ => LastEdit.Creation(new EditorVerdict(EditorKind.Human), EditorId, PolicyCases.Noon),
            ["not-tracked"] = key => LastEdit.Unavailable(EditReasons.NotTracked(key)),
            ["not-kept"] = key => LastEdit.Unavailable(EditReasons.NotKept(key.Record.Object)),
            ["unknown"] = key => Made(new EditorVerdict(EditorKind.Unknown, EditReasons.EditorNotVisible(key.Record.Connection, EditorId))),
        };
        foreach (var (name, kind) in EditorKinds.ByName.Where(k => k.Value != EditorKind.Unknown))
            edits[name] = _ => Made(new EditorVerdict(kind));
        return edits;
    }

    private static LastEdit Made(EditorVerdict editor) => LastEdit.Made(editor, EditorId, PolicyCases.Noon, null, null);
}
