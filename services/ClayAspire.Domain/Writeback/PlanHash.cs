using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>A cell as a plan's hash takes it: its texts in UTF-8.</summary>
public readonly ref struct CellText
{
    /// <summary>The object.</summary>
    public required ReadOnlySpan<byte> Object { get; init; }

    /// <summary>The record's id.</summary>
    public required ReadOnlySpan<byte> RecordId { get; init; }

    /// <summary>The field.</summary>
    public required ReadOnlySpan<byte> Field { get; init; }

    /// <summary>The live value when the plan was sealed; empty when blank.</summary>
    public required ReadOnlySpan<byte> Old { get; init; }

    /// <summary>The record's version when the plan was sealed.</summary>
    public required ReadOnlySpan<byte> RecordVersion { get; init; }

    /// <summary>What is done.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The value to write; empty when blank.</summary>
    public required ReadOnlySpan<byte> New { get; init; }

    /// <summary>The reason's code.</summary>
    public required ReadOnlySpan<byte> ReasonCode { get; init; }

    /// <summary>The rule that answered.</summary>
    public required ReadOnlySpan<byte> RuleId { get; init; }

    /// <summary>The winner's signal; null when no candidate won.</summary>
    public required long? Winner { get; init; }

    /// <summary>The losers' signals, best first.</summary>
    public required ReadOnlySpan<long> Losers { get; init; }

    /// <summary>Why it needs a named approval.</summary>
    public required Caution Caution { get; init; }
}

/// <summary>
/// The SHA-256 of a plan, fed cell by cell in the order of their ordinals: a plan of any size is checked without being in memory.
/// What is fed, and in which order, stands here and nowhere else.
/// </summary>
public sealed class PlanHash : IDisposable
{
    private const int BufferSize = 32 * 1024;
    private const int LongestMark = 24;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    // The hash is fed by the buffer: a call for each of millions of small texts would cost more than the hashing.
    private readonly byte[] _buffer = new byte[BufferSize];
    private byte[] _encoded = new byte[1024];
    private int _used;

    /// <summary>Begins the hash of a plan.</summary>
    public PlanHash(PlanHead head)
    {
        // Only an undo feeds its kind and run: plans sealed before there were undos keep their hash.
        if (head.UndoesRun is { } run)
        {
            Feed("undo");
            Feed(run.ToString("D"));
        }
        // Only where it was estimated: plans sealed before there were estimates keep their hash.
        if (head.Cost.Seconds != 0)
        {
            Feed("seconds");
            Feed(head.Cost.Seconds.ToString(CultureInfo.InvariantCulture));
        }
        Feed(head.Id.ToString("D"));
        Feed(head.Connection);
        Feed(head.Flow);
        Feed(head.PolicyVersion);
        Feed(head.Author);
        Feed(head.SealedAt.ToString("O", CultureInfo.InvariantCulture));
        Feed(head.ExpiresAt.ToString("O", CultureInfo.InvariantCulture));
        Feed(head.Cost.ApiCalls.ToString(CultureInfo.InvariantCulture));
        Feed(head.Cost.Credits.ToString("0.######", CultureInfo.InvariantCulture));
    }

    /// <summary>Feeds the next cell.</summary>
    public void Add(in CellText cell)
    {
        Feed(cell.Object);
        Feed(cell.RecordId);
        Feed(cell.Field);
        FeedValue(cell.Old);
        Feed(cell.RecordVersion);
        Feed(Utf8Of(cell.Verdict));
        FeedValue(cell.New);
        Feed(cell.ReasonCode);
        Feed(cell.RuleId);
        if (cell.Winner is { } winner)
            Feed(winner);
        else
            FeedNothing();
        foreach (var loser in cell.Losers)
            Feed(loser);
        // Fed only where there is one: plans sealed before there were cautions keep their hash.
        if (cell.Caution != Caution.None)
            Feed(Utf8Of(cell.Caution));
    }

    /// <summary>Feeds the next cell.</summary>
    public void Add(PlannedCell cell)
    {
        var (key, decision) = (cell.Cell, cell.Decision);
        string?[] texts = [key.Record.Object, key.Record.Id, key.Field, cell.Old.Text, cell.RecordVersion, decision.Value.Text, decision.Reason.Code, decision.RuleId];
        var longest = 0;
        foreach (var text in texts)
            longest += Encoding.UTF8.GetMaxByteCount(text?.Length ?? 0);
        if (_encoded.Length < longest)
            _encoded = new byte[longest];
        Span<Range> ranges = stackalloc Range[texts.Length];
        var end = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var length = Encoding.UTF8.GetBytes(texts[i], _encoded.AsSpan(end));
            ranges[i] = end..(end + length);
            end += length;
        }
        ReadOnlySpan<byte> encoded = _encoded;
        Add(new CellText
        {
            Object = encoded[ranges[0]],
            RecordId = encoded[ranges[1]],
            Field = encoded[ranges[2]],
            Old = encoded[ranges[3]],
            RecordVersion = encoded[ranges[4]],
            Verdict = decision.Verdict,
            New = encoded[ranges[5]],
            ReasonCode = encoded[ranges[6]],
            RuleId = encoded[ranges[7]],
            Winner = decision.Winner?.SignalId,
            Losers = decision.Losers.Count == 0 ? [] : decision.Losers.Select(l => l.SignalId).ToArray(),
            Caution = decision.Caution,
        });
    }

    /// <summary>The hash over everything fed, in lower-case hex.</summary>
    public string End()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private static ReadOnlySpan<byte> Utf8Of(Verdict verdict) => verdict switch
    {
        Verdict.Write => "Write"u8,
        Verdict.Keep => "Keep"u8,
        Verdict.Hold => "Hold"u8,
        Verdict.Refuse => "Refuse"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Unknown verdict."),
    };

    private static ReadOnlySpan<byte> Utf8Of(Caution caution) => caution switch
    {
        Caution.Overwrite => "Overwrite"u8,
        Caution.LowConfidence => "LowConfidence"u8,
        Caution.Overwrite | Caution.LowConfidence => "Overwrite, LowConfidence"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(caution), caution, "Unknown caution."),
    };

    private void Feed(string text) => Feed(Encoding.UTF8.GetBytes(text));

    private void Feed(long number)
    {
        Span<byte> text = stackalloc byte[LongestMark];
        number.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        Feed(text[..length]);
    }

    // A canonical value is never the empty text: what is blank is nothing.
    private void FeedValue(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            FeedNothing();
        else
            Feed(value);
    }

    private void FeedNothing() => Write("-;"u8);

    private void Feed(ReadOnlySpan<byte> text)
    {
        // Length-prefixed, so that no two different sequences of texts feed the same bytes.
        Span<byte> mark = stackalloc byte[LongestMark];
        text.Length.TryFormat(mark, out var length, provider: CultureInfo.InvariantCulture);
        mark[length] = (byte)';';
        Write(mark[..(length + 1)]);
        Write(text);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferSize - _used)
            Flush();
        if (bytes.Length > BufferSize)
        {
            _hash.AppendData(bytes);
            return;
        }
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer.AsSpan(0, _used));
        _used = 0;
    }
}
