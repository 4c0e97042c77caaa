namespace ClayAspire.Analytics.Models;

/// <summary>The folder that a model lives in; it says what the model may read and how it is kept.</summary>
internal enum ModelLayer
{
    /// <summary>A view over one snapshot file; the only layer that reads snapshots.</summary>
    Staging,

    /// <summary>A table built from staging.</summary>
    Intermediate,

    /// <summary>A table that others read: figures.</summary>
    Marts,

    /// <summary>A query that must give no rows.</summary>
    Checks,
}

/// <summary>One SQL file: its header and its query.</summary>
/// <param name="Name">File name without ending = name of the view or table.</param>
/// <param name="Layer">The folder.</param>
/// <param name="Grain">What one row is.</param>
/// <param name="Key">Columns that are together unique and never null; checked after every build.</param>
/// <param name="Inputs">What it reads: other models, <c>snapshot.*</c> and <c>settings.*</c>.</param>
/// <param name="Why">Why it exists.</param>
/// <param name="Sql">The query, plain DuckDB SQL.</param>
internal sealed record Model(
    string Name, ModelLayer Layer, string Grain, IReadOnlyList<string> Key, IReadOnlyList<string> Inputs, string Why, string Sql);
