using System.Text;
using System.Web;

namespace ClayAspire.Domain.Standards;

/// <summary>Takes one layer of HTML off a text, in one pass over it.</summary>
internal static class Markup
{
    private static readonly string[] Hidden = ["script", "style", "head", "title", "noscript", "template"];

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
        "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    };

    /// <summary>
    /// The text without tags, comments and what a browser does not show, with entities as characters. Tags of blocks become line breaks.
    /// A "&lt;" that begins no tag stays.
    /// </summary>
    public static string Peel(string text) => HttpUtility.HtmlDecode(text.Contains('<', StringComparison.Ordinal) ? WithoutTags(text) : text);

    private static string WithoutTags(string text)
    {
        var bare = new StringBuilder(text.Length);
        // Ends that were looked for and are not there; looking again from each tag would take quadratic time.
        var missing = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('<', at);
            if (open < 0)
                open = text.Length;
            bare.Append(text, at, open - at);
            at = open;
            if (at == text.Length)
                break;
            var end = EndOfTag(text, at, missing, out var name);
            if (end < 0)
            {
                bare.Append('<');
                at++;
                continue;
            }
            if (Blocks.Contains(name))
                bare.Append('\n');
            at = end;
        }
        return bare.ToString();
    }

    /// <summary>Where what begins with this "&lt;" ends; -1 when it is no tag.</summary>
    private static int EndOfTag(string text, int open, HashSet<string> missing, out string name)
    {
        name = "";
        if (string.CompareOrdinal(text, open, "<!--", 0, 4) == 0)
            return After(text, "-->", open + 4, missing);
        var at = open + 1;
        if (at < text.Length && text[at] == '/')
            at++;
        if (at == text.Length || !(char.IsAsciiLetter(text[at]) || (text[at] is '!' or '?' && at == open + 1)))
            return -1;
        var close = text.AsSpan(at).IndexOfAny('<', '>');
        if (close < 0 || text[at + close] == '<')
            return -1;
        var end = at + close + 1;
        var length = 0;
        while (char.IsAsciiLetterOrDigit(text[at + length]))
            length++;
        name = text.Substring(at, length);
        if (text[open + 1] == '/' || !Hidden.Contains(name, StringComparer.OrdinalIgnoreCase))
            return end;
        // An element that never ends hides nothing: half a page must not eat the text.
        var hidden = After(text, $"</{name}", end, missing);
        if (hidden < 0)
            return end;
        var last = text.IndexOf('>', hidden);
        if (last >= 0)
            return last + 1;
        missing.Add($"</{name}");
        return end;
    }

    private static int After(string text, string end, int from, HashSet<string> missing)
    {
        if (missing.Contains(end))
            return -1;
        var at = text.IndexOf(end, from, StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
            return at + end.Length;
        missing.Add(end);
        return -1;
    }
}
