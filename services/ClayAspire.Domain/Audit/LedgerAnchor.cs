using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClayAspire.Domain.Audit;

/// <summary>
/// What the end of a ledger's chain was at some moment, to be kept where nobody who can change the database can change it. The chain
/// alone shows that no entry was altered; only an anchor from outside shows that none was cut off its end, and that the chain as a whole
/// is not another one. Anchors are chained by their own hashes.
/// </summary>
/// <param name="Connection">The connection whose ledger it is.</param>
/// <param name="Sequence">The last entry at that moment, from 1.</param>
/// <param name="Hash">That entry's hash, which covers every entry before it.</param>
/// <param name="At">When, UTC to the microsecond.</param>
/// <param name="PreviousAnchor">The hash of the anchor before, or 64 zeros for the first.</param>
/// <param name="AnchorHash">SHA-256 over all of the above, lower-case hex.</param>
public sealed record LedgerAnchor(string Connection, long Sequence, string Hash, DateTimeOffset At, string PreviousAnchor, string AnchorHash)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Makes an anchor of the chain's end.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sequence">The last entry, from 1.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="at">When; cut to microseconds.</param>
    /// <param name="previous">The anchor before; null for the first.</param>
    /// <exception cref="ArgumentException">The anchor before is of another connection.</exception>
    public static LedgerAnchor Make(string connection, long sequence, string hash, DateTimeOffset at, LedgerAnchor? previous)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        if (previous is not null && previous.Connection != connection)
            throw new ArgumentException($"The anchor before is of '{previous.Connection}', not of '{connection}'.", nameof(previous));
        var utc = at.ToUniversalTime();
        utc = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
        var link = previous?.AnchorHash ?? LedgerChain.Genesis;
        return new LedgerAnchor(connection, sequence, hash, utc, link, HashOf(connection, sequence, hash, utc, link));
    }

    /// <summary>Reads an anchor's file and checks it by its own hash.</summary>
    /// <param name="text">The file's content.</param>
    /// <returns>The anchor, and what is wrong with it: null when it is as it was made. An anchor that cannot be read is null.</returns>
    public static (LedgerAnchor? Anchor, string? Problem) Read(string text)
    {
        LedgerAnchor? anchor;
        try
        {
            anchor = JsonSerializer.Deserialize<LedgerAnchor>(text, Json);
        }
        catch (JsonException e)
        {
            return (null, $"it is no anchor: {e.Message}");
        }
        if (anchor is null)
            return (null, "it is no anchor");
        return anchor.Sequence >= 1 && anchor.AnchorHash == HashOf(anchor.Connection, anchor.Sequence, anchor.Hash, anchor.At, anchor.PreviousAnchor)
            ? (anchor, null)
            : (anchor, "its content does not match its own hash");
    }

    /// <summary>The anchor as its file holds it: JSON with line ends of one character.</summary>
    public string ToFile() => JsonSerializer.Serialize(this, Json) + "\n";

    private static string HashOf(string connection, long sequence, string hash, DateTimeOffset at, string previousAnchor)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{previousAnchor}\nanchor\n{connection}\n{sequence}\n{hash}\n{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>How the files of anchors are named: <c>CONNECTION-YYYY-MM-DD.json</c>, one a day and connection.</summary>
public static class AnchorFileName
{
    private const string Extension = ".json";
    private const string Date = "yyyy-MM-dd";

    /// <summary>The name of a day's anchor. Signs that are no letter, digit or one of <c>-_.~</c> are escaped as in an address.</summary>
    public static string Of(string connection, DateOnly day) => $"{Uri.EscapeDataString(connection)}-{day.ToString(Date, CultureInfo.InvariantCulture)}{Extension}";

    /// <summary>The connection and day that a name stands for; null when it is no such name.</summary>
    public static (string Connection, DateOnly Day)? Read(string name)
    {
        var end = name.Length - Extension.Length - Date.Length;
        return end > 1 && name.EndsWith(Extension, StringComparison.Ordinal) && name[end - 1] == '-'
            && DateOnly.TryParseExact(name.AsSpan(end, Date.Length), Date, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (Uri.UnescapeDataString(name[..(end - 1)]), day)
            : null;
    }
}
