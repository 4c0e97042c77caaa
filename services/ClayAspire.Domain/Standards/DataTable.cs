using System.Globalization;

namespace ClayAspire.Domain.Standards;

/// <summary>Reads the tables that are compiled into this assembly from <c>Standards/Data/</c>: cells parted by tabs, comments by <c>#</c>.</summary>
internal static class DataTable
{
    /// <summary>The lines of a table, each with at least <paramref name="columns"/> cells.</summary>
    /// <exception cref="InvalidOperationException">The table is not in the assembly, or a line has too few cells.</exception>
    public static IEnumerable<string[]> Rows(string name, int columns)
    {
        var resource = $"{typeof(DataTable).Namespace}.Data.{name}";
        using var stream = typeof(DataTable).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly has no table {resource}.");
        using var reader = new StreamReader(stream);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var cells = line.Split('\t');
            if (cells.Length < columns)
                throw new InvalidOperationException($"Line {number} of {name} has {cells.Length} cells and needs {columns}.");
            yield return cells;
        }
    }

    /// <summary>The names in a cell, which are parted by <c>|</c>.</summary>
    public static string[] Names(string cell) => cell.Split('|', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A code point in hexadecimal digits.</summary>
    public static int CodePoint(string cell) => int.Parse(cell, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
