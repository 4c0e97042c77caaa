using System.Net.Http.Json;
using System.Text.Json;
using DuckDB.NET.Data;

namespace ClayAspire.AppHost.Tests;

/// <summary>KPIs name a snapshot that any DuckDB can read, and can be computed from it again.</summary>
[Collection(StackCollection.Name)]
public sealed class KpiTests(Stack stack)
{
    [Fact]
    public async Task Figures_name_a_snapshot_that_another_duckdb_reads_and_recomputes()
    {
        var printed = await stack.CommandAsync("kpi", "--json");
        Assert.True(printed.ExitCode == 0, printed.Error);
        var kpis = await stack.Console.GetFromJsonAsync<JsonElement>("/api/kpis");
        var snapshot = kpis.GetProperty("snapshot");
        var id = snapshot.GetProperty("id").GetString()!;
        Assert.Contains(id, printed.Output, StringComparison.Ordinal);

        var file = Directory.EnumerateFiles(stack.AnalyticsFolder, $"{id}.parquet", SearchOption.AllDirectories).Single(f => f.Contains("crm_record", StringComparison.Ordinal));
        await using var duckdb = new DuckDBConnection("DataSource=:memory:");
        await duckdb.OpenAsync();
        await using var command = duckdb.CreateCommand();
        command.CommandText = $"""
            select count(*) as leads, sum(has_email::int + has_linkedin::int + has_domain::int + has_industry::int + has_owner::int) as filled
            from read_parquet('{file}') where connection = 'icare' and object = 'Lead' and state = 'live'
            """;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (leads, filled) = (Convert.ToInt64(reader.GetValue(0), null), Convert.ToInt64(reader.GetValue(1).ToString(), null));

        var fill = kpis.GetProperty("kpis").EnumerateArray().First(k => k.GetProperty("key").GetString() == "fill-rate");
        Assert.Equal((filled, leads * 5), (fill.GetProperty("numerator").GetInt64(), fill.GetProperty("denominator").GetInt64()));

        using var analytics = stack.App.CreateHttpClient("analytics");
        using var again = await analytics.PostAsync($"/v1/snapshots/{id}/recompute", null);
        Assert.True((await Stack.ReadAsync(again)).GetProperty("equal").GetBoolean());
    }
}
