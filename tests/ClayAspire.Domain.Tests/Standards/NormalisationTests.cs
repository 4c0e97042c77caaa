using ClayAspire.Domain.Standards;

namespace ClayAspire.Domain.Tests.Standards;

/// <summary>Unicode form C (UAX #15), through the standard that keeps every letter.</summary>
public sealed class NormalisationTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]                       // Angstrom sign
    [InlineData("\u2126", "\u03A9")]                       // Ohm sign
    [InlineData("a\u0323\u0302", "\u1EAD")]                // two marks, in canonical order
    [InlineData("a\u0302\u0323", "\u1EAD")]                // and out of it
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]         // UAX #15, figure 5: reordered, and nothing composes
    [InlineData("d\u0307\u0327", "\u1E11\u0307")]          // cedilla comes before the dot
    [InlineData("\u0344a", "\u0308\u0301a")]               // taken apart and never put together again
    [InlineData("\u0958", "\u0915\u093C")]                 // excluded from composition
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]           // Hangul: lead, vowel, tail
    [InlineData("\uD558\u11AB", "\uD55C")]                 // Hangul: syllable and tail
    [InlineData("\u1112\u1161\u11A7", "\uD558\u11A7")]     // U+11A7 is no tail
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]     // outside the BMP, excluded
    [InlineData("\U00011099\U000110BA", "\U0001109A")]     // outside the BMP, composed
    [InlineData("a\u0301\u0301", "\u00E1\u0301")]          // the second is blocked by its like
    [InlineData("\uFB01", "\uFB01")]                       // compatibility characters stay
    public void Text_is_put_together(string raw, string composed) =>
        Assert.Equal("q" + composed + "q", Prose("q" + raw + "q"));

    [Fact]
    public void Every_character_of_the_table_goes_one_way()
    {
        foreach (var row in StandardTableTests.Rows("decompositions.tsv"))
        {
            var whole = Text(row[0]);
            var parts = string.Concat(row[1].Split(' ').Select(Text));
            // What is composed stands, its parts become it, and what is excluded falls apart.
            var isComposed = row.Length == 2 && row[1].Contains(' ', StringComparison.Ordinal);
            Assert.True(Prose("q" + whole) == Prose("q" + parts), row[0]);
            if (isComposed)
                Assert.True(Prose("q" + whole) == "q" + whole, row[0]);
            else
                Assert.True(Prose("q" + whole) != "q" + whole, row[0]);
        }
    }

    private static string Text(string hex) => char.ConvertFromUtf32(Convert.ToInt32(hex, 16));

    private static string? Prose(string raw) => StandardRegistry.Find("prose")!.TryStandardise(raw, out var canonical, out _) ? canonical : null;
}
