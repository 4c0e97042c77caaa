using System.Globalization;
using System.Text;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>Builds queries. Every value goes through <see cref="Quote"/>.</summary>
internal static class Soql
{
    /// <summary>Longest query in escaped characters. The platform takes 16,384 bytes of address, but many proxies between take 8,192.</summary>
    public const int MaxEscapedLength = 7_500;

    /// <summary>A text literal.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('\'');
        foreach (var c in value)
        {
            _ = c switch
            {
                '\'' => text.Append("\\'"),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        }
        return text.Append('\'').ToString();
    }

    /// <summary>A time literal, which stands without quotes.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Queries of the form <c>{head}(v1,v2,…)</c>, as many as the length of a statement in a body asks for.</summary>
    public static IEnumerable<string> InBody(string head, IReadOnlyCollection<string> values, int maxLength)
    {
        var longest = values.Max(v => Quote(v).Length) + 1;
        return values.Chunk(Math.Max(1, (maxLength - head.Length - 2) / longest)).Select(chunk => $"{head}({string.Join(',', chunk.Select(Quote))})");
    }

    /// <summary>Queries of the form <c>{head}(v1,v2,…){tail}</c>, as many as the length of an address asks for.</summary>
    public static IEnumerable<string> In(string head, IEnumerable<string> values, string tail = "")
    {
        var room = MaxEscapedLength - Uri.EscapeDataString(head).Length - Uri.EscapeDataString(tail).Length - 6;
        if (room < 500)
            throw new ArgumentException("The query leaves no room for values; ask for fewer fields.", nameof(head));
        var list = new List<string>();
        var used = 0;
        foreach (var quoted in values.Select(Quote))
        {
            var length = Uri.EscapeDataString(quoted).Length + 3;
            if (used + length > room && list.Count > 0)
            {
                yield return $"{head}({string.Join(',', list)}){tail}";
                list.Clear();
                used = 0;
            }
            list.Add(quoted);
            used += length;
        }
        if (list.Count > 0)
            yield return $"{head}({string.Join(',', list)}){tail}";
    }
}
