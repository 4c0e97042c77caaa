using System.Globalization;
using CsvHelper;

namespace ClayAspire.Console.Api;

/// <summary>Tables as CSV files, streamed. Values that a spreadsheet would take for a formula are escaped.</summary>
internal static class Csv
{
    private static readonly CsvWriterOptions Options = new() { Injection = CsvInjection.Escape };

    /// <summary>A CSV file of rows.</summary>
    public static IResult Of<T>(string name, IAsyncEnumerable<T> rows, IReadOnlyList<string> header, Func<T, object?[]> values) =>
        Results.Stream(async body =>
        {
            await using var csv = CsvWriter.Create(body, Options, leaveOpen: true);
            await csv.WriteRecordAsync([.. header]);
            await foreach (var row in rows)
                await csv.WriteRecordAsync([.. values(row).Select(Text)]);
        }, "text/csv; charset=utf-8", $"{name}.csv");

    /// <summary>All pages of a list, one after the other.</summary>
    public static async IAsyncEnumerable<T> Pages<T>(Func<int, Task<Storage.PagedRows<T>>> page)
    {
        for (var number = 1; ; number++)
        {
            var rows = await page(number);
            foreach (var row in rows.Rows)
                yield return row;
            if ((long)rows.Number * rows.Size >= rows.Total)
                yield break;
        }
    }

    /// <summary>A list as a stream.</summary>
    public static async IAsyncEnumerable<T> Stream<T>(IEnumerable<T> rows)
    {
        foreach (var row in rows)
            yield return row;
        await Task.CompletedTask;
    }

    private static string Text(object? value) => value is DateTimeOffset at
        ? at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
