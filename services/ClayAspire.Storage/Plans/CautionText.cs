using ClayAspire.Domain.Writeback;

namespace ClayAspire.Storage.Plans;

/// <summary>The stored spelling of a caution: null, <c>overwrite</c>, <c>low-confidence</c> or both joined by <c>+</c>.</summary>
public static class CautionText
{
    /// <summary>Of an overwrite.</summary>
    public const string Overwrite = "overwrite";

    /// <summary>Of a value of low confidence.</summary>
    public const string LowConfidence = "low-confidence";

    private const string Both = Overwrite + "+" + LowConfidence;

    /// <summary>As it is stored; null for none.</summary>
    public static string? Of(Caution caution) => caution switch
    {
        Caution.None => null,
        Caution.Overwrite => Overwrite,
        Caution.LowConfidence => LowConfidence,
        Caution.Overwrite | Caution.LowConfidence => Both,
        _ => throw new ArgumentOutOfRangeException(nameof(caution), caution, "Unknown caution."),
    };

    /// <summary>As it was stored.</summary>
    /// <exception cref="FormatException">It is no such spelling.</exception>
    public static Caution Read(string? text) => text switch
    {
        null => Caution.None,
        Overwrite => Caution.Overwrite,
        LowConfidence => Caution.LowConfidence,
        Both => Caution.Overwrite | Caution.LowConfidence,
        _ => throw new FormatException($"'{text}' is no caution."),
    };
}
