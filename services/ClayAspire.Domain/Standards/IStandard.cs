using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// One way of writing one kind of free text (seed 2: "Avoid syncing free-text fields or ambiguous fields without standardisation").
/// Pure, total over any text, and idempotent: what it gives is its own standard form. It never guesses: what it does not know,
/// or what may mean two things, is not standard.
/// </summary>
public interface IStandard
{
    /// <summary>The name that policy files use, such as <c>country</c>.</summary>
    string Name { get; }

    /// <summary>What it does, in one sentence.</summary>
    string Does { get; }

    /// <summary>Two different values in standard form, for messages and for "what if".</summary>
    IReadOnlyList<string> Samples { get; }

    /// <summary>Writes a text in the one form.</summary>
    /// <param name="raw">Any text.</param>
    /// <param name="canonical">The standard form; the same instance as <paramref name="raw"/> when that is standard already.</param>
    /// <param name="why">Why there is none, and the remedy; never quotes the text, which may be personal.</param>
    /// <returns>False when the text is not standard.</returns>
    bool TryStandardise(string raw, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why);
}
