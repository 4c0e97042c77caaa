using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Unicode normalisation (UAX #15) from a table of our own: under <c>InvariantGlobalization</c>, which this product runs with,
/// <see cref="string.Normalize()"/> leaves text beyond ASCII as it is. Text must be well formed.
/// </summary>
internal static class Normalisation
{
    /// <summary>Below this no character composes with the one before it, so such text is in form C.</summary>
    public const char FirstThatComposes = '\u0300';

    private const int HangulSyllables = 0xAC00, HangulLeads = 0x1100, HangulVowels = 0x1161, HangulTails = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly FrozenDictionary<int, (int First, int Second)> Decompositions;
    private static readonly FrozenDictionary<(int First, int Second), int> Compositions;
    private static readonly FrozenDictionary<int, byte> Classes = ReadClasses();

    static Normalisation()
    {
        var decompositions = new Dictionary<int, (int, int)>();
        var compositions = new Dictionary<(int, int), int>();
        foreach (var row in DataTable.Rows("decompositions.tsv", 2))
        {
            var whole = DataTable.CodePoint(row[0]);
            var parts = Array.ConvertAll(row[1].Split(' '), DataTable.CodePoint);
            var pair = (parts[0], parts.Length > 1 ? parts[1] : 0);
            decompositions.Add(whole, pair);
            if (parts.Length > 1 && row.Length == 2)
                compositions.Add(pair, whole);
        }
        Decompositions = decompositions.ToFrozenDictionary();
        Compositions = compositions.ToFrozenDictionary();
    }

    /// <summary>Form C: characters put together. The same instance when nothing changes.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstThatComposes, char.MaxValue))
            return text;
        var points = Decomposed(text);
        Recompose(points);
        var composed = Text(points);
        return composed == text ? text : composed;
    }

    /// <summary>Form D: characters taken apart into code points, marks in canonical order.</summary>
    public static List<int> Decomposed(string text)
    {
        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, points);
        Reorder(points);
        return points;
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point is >= HangulSyllables and < HangulSyllables + Syllables)
        {
            var index = point - HangulSyllables;
            into.Add(HangulLeads + (index / (Vowels * Tails)));
            into.Add(HangulVowels + (index % (Vowels * Tails) / Tails));
            if (index % Tails > 0)
                into.Add(HangulTails + (index % Tails));
        }
        else if (point >= 0xC0 && Decompositions.TryGetValue(point, out var pair))
        {
            Decompose(pair.First, into);
            if (pair.Second != 0)
                Decompose(pair.Second, into);
        }
        else
        {
            into.Add(point);
        }
    }

    private static void Reorder(List<int> points)
    {
        for (var i = 0; i < points.Count; i++)
        {
            if (Class(points[i]) == 0)
                continue;
            var start = i;
            while (i + 1 < points.Count && Class(points[i + 1]) != 0)
                i++;
            if (i > start)
            {
                // OrderBy is stable, as the rule asks: marks of one class keep their order.
                var ordered = points.GetRange(start, i - start + 1).OrderBy(Class).ToArray();
                for (var j = 0; j < ordered.Length; j++)
                    points[start + j] = ordered[j];
            }
        }
    }

    private static void Recompose(List<int> points)
    {
        int starter = -1, length = 0;
        // The class of the last character kept after the starter; -1 when the starter itself is the last.
        var last = -1;
        for (var i = 0; i < points.Count; i++)
        {
            var (point, own) = (points[i], Class(points[i]));
            if (starter >= 0 && last < own && Pair(points[starter], point) is { } whole)
            {
                points[starter] = whole;
                continue;
            }
            if (own == 0)
            {
                starter = length;
                last = -1;
            }
            else
            {
                last = own;
            }
            points[length++] = point;
        }
        points.RemoveRange(length, points.Count - length);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= HangulLeads and < HangulLeads + Leads && second is >= HangulVowels and < HangulVowels + Vowels)
            return HangulSyllables + ((((first - HangulLeads) * Vowels) + second - HangulVowels) * Tails);
        if (first is >= HangulSyllables and < HangulSyllables + Syllables && (first - HangulSyllables) % Tails == 0 && second is > HangulTails and < HangulTails + Tails)
            return first + second - HangulTails;
        return Compositions.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static int Class(int point) => point >= FirstThatComposes && Classes.TryGetValue(point, out var value) ? value : 0;

    private static string Text(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    private static FrozenDictionary<int, byte> ReadClasses()
    {
        var classes = new Dictionary<int, byte>();
        foreach (var row in DataTable.Rows("combining-classes.tsv", 3))
            for (var point = DataTable.CodePoint(row[0]); point <= DataTable.CodePoint(row[1]); point++)
                classes.Add(point, byte.Parse(row[2], CultureInfo.InvariantCulture));
        return classes.ToFrozenDictionary();
    }
}
