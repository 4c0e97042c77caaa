using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ClayAspire.Cli.Sandbox;

/// <summary>How a CSV file becomes records of the twin.</summary>
internal sealed class LoadMap
{
    /// <summary>The field whose value tells records apart: rows whose record is there already are left out.</summary>
    public string Key { get; set; } = "";

    /// <summary>Column → field.</summary>
    public Dictionary<string, string> Columns { get; set; } = [];

    /// <summary>Field → value for every record.</summary>
    public Dictionary<string, string> Constants { get; set; } = [];

    /// <summary>Field → value where the column is blank.</summary>
    public Dictionary<string, string> Fallbacks { get; set; } = [];

    /// <summary>Fields to be left blank in a part of the rows.</summary>
    public List<BlankRule> Blank { get; set; } = [];

    /// <summary>Reads a map file.</summary>
    /// <exception cref="CliException">The file is missing or no map.</exception>
    public static LoadMap Read(string path)
    {
        if (!File.Exists(path))
            throw new CliException(ExitCodes.Usage, $"There is no map file {path}.");
        try
        {
            var yaml = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking().Build();
            var map = yaml.Deserialize<LoadMap?>(File.ReadAllText(path)) ?? new LoadMap();
            return map.Check(path);
        }
        catch (YamlException e)
        {
            throw new CliException(ExitCodes.Usage, $"{path}, line {e.Start.Line}: {e.InnerException?.Message ?? e.Message} Keys of a map: key, columns, constants, fallbacks, blank.", e);
        }
    }

    /// <summary>The record of one row; blank values are left out.</summary>
    /// <param name="number">The row's number, from 1.</param>
    /// <param name="row">Column → text.</param>
    public Dictionary<string, string> Record(int number, IReadOnlyDictionary<string, string> row)
    {
        var record = new Dictionary<string, string>(Constants, StringComparer.Ordinal);
        foreach (var (column, field) in Columns)
        {
            var text = row.GetValueOrDefault(column, "").Trim();
            if (text.Length == 0)
                text = Fallbacks.GetValueOrDefault(field, "");
            if (text.Length > 0 && !Blank.Exists(b => b.Field == field && number % b.Every == b.Offset))
                record[field] = text;
        }
        return record;
    }

    private LoadMap Check(string path)
    {
        string? fault = Columns.Count == 0 ? "'columns' is missing: write one 'column: Field' a line."
            : !Columns.ContainsValue(Key) ? "'key' must be one of the fields under 'columns'."
            : Blank.Find(b => b.Every < 2 || b.Offset < 0 || b.Offset >= b.Every) is { } rule ? $"The blank rule of '{rule.Field}' needs every ≥ 2 and 0 ≤ offset < every."
            : Blank.Find(b => b.Field == Key || !Columns.ContainsValue(b.Field)) is { } other ? $"The blank rule of '{other.Field}' names no mapped field, or the key."
            : null;
        return fault is null ? this : throw new CliException(ExitCodes.Usage, $"{path}: {fault}");
    }
}

/// <summary>Leaves a field blank in every n-th row.</summary>
internal sealed class BlankRule
{
    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary>One row in how many.</summary>
    public int Every { get; set; }

    /// <summary>Which of them: the rows whose number (from 1) leaves this remainder.</summary>
    public int Offset { get; set; }
}
