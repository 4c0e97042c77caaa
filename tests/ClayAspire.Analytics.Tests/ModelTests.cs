using System.Globalization;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Settings;
using DuckDB.NET.Data;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ClayAspire.Analytics.Tests;

/// <summary>Every model has a worked example, <c>analytics/models/examples/&lt;model&gt;.yaml</c>: inputs inline, the rows expected.</summary>
public sealed class ModelTests
{
    private static readonly string Examples = Path.Combine(AppContext.BaseDirectory, "examples");

    public static TheoryData<string> ModelNames => [.. ModelCatalog.Load().Models.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(ModelNames))]
    public async Task The_worked_example_holds(string name)
    {
        var model = ModelCatalog.Load().Models.Single(m => m.Name == name);
        var file = Path.Combine(Examples, name + ".yaml");
        Assert.True(File.Exists(file), $"Model {name} has no worked example: add analytics/models/examples/{name}.yaml with inputs and expect.");
        var example = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<Example>(await File.ReadAllTextAsync(file));
        await using var connection = await DuckDbSql.OpenAsync(new AnalyticsSettings(), Path.GetTempPath(), CancellationToken.None);
        await DuckDbSql.ExecuteAsync(connection, "create schema snapshot; create schema settings", CancellationToken.None);
        Assert.Equal(model.Inputs.Order(StringComparer.Ordinal), example.Inputs.Keys.Order(StringComparer.Ordinal));
        foreach (var (input, csv) in example.Inputs)
            await DuckDbSql.ExecuteAsync(connection, CreateTable(input, csv), CancellationToken.None);
        var (columns, expected) = Read(example.Expect);

        await DuckDbSql.ExecuteAsync(connection, $"create table result as\n{model.Sql}", CancellationToken.None);

        var actual = await ReadAsync(connection, $"select {string.Join(", ", columns.Select(c => $"cast({DuckDbSql.Name(c)} as varchar)"))} from result");
        Assert.Equal(expected.Select(Line).Order(StringComparer.Ordinal), actual.Select(Line).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_belongs_to_a_model() => Assert.Equal(
        ModelCatalog.Load().Models.Select(m => m.Name).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Examples).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Fact]
    public void A_model_comes_after_its_inputs_and_its_last_line_is_a_plain_select()
    {
        var models = ModelCatalog.Load().Models;

        for (var i = 0; i < models.Count; i++)
            foreach (var input in models[i].Inputs.Where(n => models.Any(m => m.Name == n)))
                Assert.Contains(models.Take(i), m => m.Name == input);
        Assert.All(models, m => Assert.Equal("select * from final", m.Sql.TrimEnd().Split('\n')[^1]));
        Assert.All(models, m => Assert.StartsWith(
            m.Layer switch { ModelLayer.Staging => "stg_", ModelLayer.Intermediate => "int_", ModelLayer.Marts => "fct_", _ => "chk_" }, m.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("marts/a.sql", "select 1", "lacks '-- grain")]
    [InlineData("marts/a.sql", "-- grain: g\n-- key: k\n-- inputs: stg_x\n-- why: w\nselect * from settings.y", "the header says inputs stg_x, the query reads settings.y")]
    [InlineData("marts/a.sql", "-- grain: g\n-- key: k\n-- inputs: snapshot.y\n-- why: w\nselect * from snapshot.y", "only staging reads snapshots")]
    [InlineData("other/a.sql", "select 1", "staging, intermediate, marts or checks")]
    public void A_wrong_model_is_refused_with_file_and_remedy(string path, string text, string message)
    {
        var error = Assert.Throws<InvalidDataException>(() => ModelCatalog.Parse([(path, text)]));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_models_is_refused()
    {
        static (string, string) Model(string name, string input) =>
            ($"marts/{name}.sql", $"-- grain: g\n-- key: k\n-- inputs: {input}\n-- why: w\nselect * from {input}");

        var error = Assert.Throws<InvalidDataException>(() => ModelCatalog.Parse([Model("fct_a", "fct_b"), Model("fct_b", "fct_a")]));

        Assert.Contains("circle: fct_a, fct_b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_key_or_check_is_counted_in_the_run()
    {
        const string header = "-- grain: g\n-- key: k\n-- inputs: settings.t\n-- why: w\n";
        var catalog = ModelCatalog.Parse([("marts/fct_a.sql", header + "select k from settings.t"), ("checks/chk_a.sql", header + "select k from settings.t where k = 2")]);
        await using var connection = await DuckDbSql.OpenAsync(new AnalyticsSettings(), Path.GetTempPath(), CancellationToken.None);
        await DuckDbSql.ExecuteAsync(connection, "create schema settings; create table settings.t as from (values (1), (1), (2), (null)) v(k)", CancellationToken.None);

        var run = await new ModelRunner(catalog, TimeProvider.System).RunAsync(connection, "r", "s", CancellationToken.None);

        Assert.False(run.Passed);
        Assert.Equal(
            ["fct_a key is not null 1", "fct_a key is unique 1", "chk_a gives no rows 1"],
            run.Models.SelectMany(m => m.Checks.Select(c => $"{m.Name} {c.Name} {c.Failures}")));
    }

    // Header cells are name or name:type (varchar when left out); an empty cell is null.
    private static string CreateTable(string table, string csv)
    {
        var (columns, rows) = Read(csv);
        var types = columns.Select(c => c.Split(':')).ToList();
        var create = $"create table {table} ({string.Join(", ", types.Select(t => $"{DuckDbSql.Name(t[0])} {(t.Length > 1 ? t[1] : "varchar")}"))});";
        return rows.Count == 0
            ? create
            : $"{create} insert into {table} values {string.Join(", ", rows.Select(r => $"({string.Join(", ", r.Select(v => v is null ? "null" : DuckDbSql.Text(v)))})"))}";
    }

    private static (string[] Columns, List<string?[]> Rows) Read(string csv)
    {
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var columns = lines[0].Split(',');
        var rows = lines.Skip(1).Select(l => l.Split(',').Select(v => v.Length == 0 ? null : v).ToArray()).ToList();
        Assert.All(rows, r => Assert.Equal(columns.Length, r.Length));
        return (columns, rows);
    }

    private static async Task<List<string?[]>> ReadAsync(DuckDBConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string?[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))]);
        return rows;
    }

    private static string Line(string?[] row) => string.Join(',', row);

    private sealed class Example
    {
        public Dictionary<string, string> Inputs { get; set; } = [];
        public string Expect { get; set; } = "";
    }
}
