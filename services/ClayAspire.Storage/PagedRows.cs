namespace ClayAspire.Storage;

/// <summary>One page of a longer list.</summary>
/// <param name="Rows">The rows of this page.</param>
/// <param name="Total">How many rows the whole list has.</param>
/// <param name="Number">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
/// <typeparam name="T">A row.</typeparam>
public sealed record PagedRows<T>(IReadOnlyList<T> Rows, long Total, int Number, int Size);

/// <summary>Bounds for pages, so that no request reads a whole table.</summary>
internal static class Paging
{
    public const int LargestSize = 500;

    public static (int Number, int Size) Bound(int number, int size) => (Math.Max(1, number), Math.Clamp(size, 1, LargestSize));

    public static int Offset(int number, int size) => checked((number - 1) * size);
}
