using System.Globalization;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using Xunit.Abstractions;

namespace ClayAspire.Domain.Tests.Standards;

/// <summary>What every standard promises, over made and real texts.</summary>
public sealed class StandardPropertyTests(ITestOutputHelper output)
{
    private const int Texts = 20_000;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("CLAYASPIRE_TEST_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20261122;

    public static TheoryData<string> Names() => new(StandardRegistry.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_standard_answers_for_any_text_and_its_form_is_its_own_form(string name)
    {
        output.WriteLine($"seed {Seed}");
        var standards = name == StandardRegistry.Phone ? [Find(name), Find(name, "US"), Find(name, "DE")] : new[] { Find(name) };
        foreach (var standard in standards)
        {
            var texts = new AnyText(Seed, [.. standard.Samples, .. PublicData.Of(name)]);
            var standardised = 0;
            // Telephone numbers cost a hundred times as much as other texts.
            for (var i = 0; i < (name == StandardRegistry.Phone ? Texts / 8 : Texts); i++)
                if (Holds(standard, texts.Next()))
                    standardised++;
            output.WriteLine($"{name}: {standardised} standard");
            Assert.NotEqual(0, standardised);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void A_standard_answers_for_real_values(string name)
    {
        Skip.IfNot(PublicData.IsThere, "../shared/data is not there.");
        var standard = Find(name);
        foreach (var raw in PublicData.Of(name))
            Holds(standard, raw);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_are_two_and_in_standard_form(string name)
    {
        var standard = Find(name);
        Assert.Equal(name, standard.Name);
        Assert.Equal(2, standard.Samples.Distinct().Count());
        Assert.All(standard.Samples, s => Assert.True(standard.TryStandardise(s, out var canonical, out _) && ReferenceEquals(s, canonical)));
    }

    [Theory]
    [InlineData("<")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("<script></script")]
    [InlineData("&amp;")]
    [InlineData("&am<b>p;")]
    [InlineData("e\u0301")]
    [InlineData("\u0327\u0301")]
    [InlineData(" \n")]
    [InlineData("a ")]
    [InlineData("/-(")]
    [InlineData("1,")]
    [InlineData("a.")]
    public void Long_texts_are_answered_too(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 60_000));
        foreach (var name in StandardRegistry.Names)
            Holds(Find(name), text);
    }

    [Theory]
    [InlineData("mgr ")]
    [InlineData("Mgr, ")]
    [InlineData("ü")]
    [InlineData("/ü")]
    [InlineData("ü.")]
    [InlineData("a b ")]
    [InlineData("von ")]
    [InlineData("example.")]
    [InlineData("http://example.com/ü")]
    [InlineData("linkedin.com/in/ü")]
    [InlineData("ä@example.com")]
    public void A_form_is_its_own_form_at_the_limits_of_length_too(string piece)
    {
        foreach (var length in (int[])[60, 63, 64, 100, 253, 254, 255, 256, 500, 512, 2047, 2048])
            foreach (var name in StandardRegistry.Names)
                Holds(Find(name), string.Concat(Enumerable.Repeat(piece, length))[^length..] + "com");
    }

    /// <summary>Checks one text: an answer with all that it must have, stable and as <see cref="FieldCodec"/> keeps it. Whether it was standard.</summary>
    private static bool Holds(IStandard standard, string raw)
    {
        var shown = $"{standard.Name}: {(raw.Length > 300 ? raw.Length : AnyText.Shown(raw))}";
        if (!standard.TryStandardise(raw, out var canonical, out var why))
        {
            Assert.True(canonical is null && why.Contains(". ", StringComparison.Ordinal) && why.EndsWith('.'), $"{shown} is refused without a remedy: {why}");
            return false;
        }
        Assert.True(standard.TryStandardise(canonical, out var again, out var whyNot), $"{shown} gives {AnyText.Shown(canonical)}, which is refused: {whyNot}");
        Assert.True(again == canonical, $"{shown} gives {AnyText.Shown(canonical)}, and that gives {AnyText.Shown(again)}");
        Assert.True(FieldCodec.TryParse(FieldType.Text, canonical, out var value) && value.Text == canonical, $"{shown} gives {AnyText.Shown(canonical)}, which a field keeps as {AnyText.Shown(value.Text)}");
        return true;
    }

    private static IStandard Find(string name, string? region = null) => StandardRegistry.Find(name, region)!;
}
