using System.Runtime.InteropServices;

namespace ClayAspire.Domain.Edits;

/// <summary>A share of a sample, with its 95 % interval by Wilson's score (E. B. Wilson 1927): right also for small samples and shares near 0.</summary>
/// <param name="Count">How many of the sample.</param>
/// <param name="Sample">How many were looked at.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Share(long Count, long Sample)
{
    /// <summary>The normal deviate of a two-sided 95 % interval.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>The share, 0 to 1; null without a sample.</summary>
    public double? Ratio => Sample > 0 ? (double)Count / Sample : null;

    /// <summary>Lower end of the interval, 0 to 1; null without a sample.</summary>
    public double? Low => End(-1);

    /// <summary>Upper end of the interval, 0 to 1; null without a sample.</summary>
    public double? High => End(1);

    private double? End(int side)
    {
        if (Sample <= 0)
            return null;
        // Exact in the formula, though not in floating point.
        if (Count == (side < 0 ? 0 : Sample))
            return side < 0 ? 0 : 1;
        var n = (double)Sample;
        var p = Count / n;
        var centre = p + (Z * Z / (2 * n));
        var half = Z * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        return Math.Clamp((centre + (side * half)) / (1 + (Z * Z / n)), 0, 1);
    }
}
