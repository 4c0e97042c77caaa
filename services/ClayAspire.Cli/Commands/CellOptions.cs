using System.CommandLine;

namespace ClayAspire.Cli.Commands;

/// <summary>The options that say which cells of a plan are meant, other than one by one.</summary>
internal sealed class CellOptions
{
    private readonly Option<string?> _object = new("--object") { Description = "Only changes of this object." };
    private readonly Option<string?> _field = new("--field") { Description = "Only changes of this field." };
    private readonly Option<string?> _record = new("--record") { Description = "Only changes of this record." };
    private readonly Option<string?> _rule = new("--rule") { Description = "Only changes that this rule answered, such as Lead.City:fill-blank." };
    private readonly Option<string?> _source = new("--source") { Description = "Only changes whose value came from this source." };
    private readonly Option<string?> _kind = new("--kind") { Description = "Only changes of this kind: fill, overwrite, clear, named, plain, low-confidence or drifted." };
    private readonly Option<string?> _search = new("--search") { Description = "Only changes with this text in record, field, value, reason or source." };

    public CellOptions() => _kind.AcceptOnlyFromAmong("fill", "overwrite", "clear", "named", "plain", "low-confidence", "drifted");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new[] { _object, _field, _record, _rule, _source, _kind, _search })
            command.Add(option);
    }

    /// <summary>The filter as the API takes it; null when none was given.</summary>
    /// <exception cref="CliException">Cells are named one by one as well.</exception>
    public object? Filter(ParseResult parsed, int[]? ordinals)
    {
        string? Of(Option<string?> option) => parsed.GetValue(option);
        if (new[] { _object, _field, _record, _rule, _source, _kind, _search }.All(o => Of(o) is null))
            return null;
        if (ordinals is not null)
            throw new CliException(ExitCodes.Usage, "Give --cells or a filter, not both.");
        return new { @object = Of(_object), field = Of(_field), record = Of(_record), rule = Of(_rule), source = Of(_source), kind = Of(_kind), search = Of(_search) };
    }
}
