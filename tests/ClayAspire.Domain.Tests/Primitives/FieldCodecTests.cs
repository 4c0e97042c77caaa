using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Tests.Primitives;

public sealed class FieldCodecTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("undefined")]
    [InlineData("N/A")]
    [InlineData("#N/A")]
    [InlineData(" - ")]
    public void Every_spelling_of_blank_is_blank_for_every_type(string? raw)
    {
        foreach (var type in Enum.GetValues<FieldType>())
        {
            Assert.True(FieldCodec.TryParse(type, raw, out var value));
            Assert.True(value.IsBlank);
        }
    }

    [Theory]
    [InlineData(FieldType.Checkbox, "TRUE", "true")]
    [InlineData(FieldType.Checkbox, "1", "true")]
    [InlineData(FieldType.Checkbox, "false", null)]
    [InlineData(FieldType.Checkbox, "0", null)]
    [InlineData(FieldType.Number, " 1500.50 ", "1500.5")]
    [InlineData(FieldType.Number, "1e3", "1000")]
    [InlineData(FieldType.Email, "Ada@Example.COM ", "ada@example.com")]
    [InlineData(FieldType.DateTime, "2026-11-22T06:31:48.000+0000", "2026-11-22T06:31:48Z")]
    [InlineData(FieldType.DateTime, "2026-11-22T07:31:48+01:00", "2026-11-22T06:31:48Z")]
    [InlineData(FieldType.Text, " two\r\nlines ", "two\nlines")]
    public void Equal_values_have_equal_texts(FieldType type, string raw, string? canonical)
    {
        Assert.True(FieldCodec.TryParse(type, raw, out var value));
        Assert.Equal(canonical, value.Text);
    }

    [Theory]
    [InlineData(FieldType.Checkbox, "maybe")]
    [InlineData(FieldType.Number, "about 50")]
    [InlineData(FieldType.DateTime, "yesterday")]
    public void What_is_no_value_of_the_type_is_said_so(FieldType type, string raw) =>
        Assert.False(FieldCodec.TryParse(type, raw, out _));

    [Fact]
    public void Reading_a_canonical_value_again_changes_nothing()
    {
        (FieldType, string)[] samples = [(FieldType.Text, "Ünïcode ✓"), (FieldType.Number, "12.25"), (FieldType.Checkbox, "yes"), (FieldType.DateTime, "2026-03-29T01:30:00Z")];
        foreach (var (type, raw) in samples)
        {
            Assert.True(FieldCodec.TryParse(type, raw, out var once));
            Assert.True(FieldCodec.TryParse(type, once.Text, out var twice));
            Assert.Equal(once, twice);
        }
    }
}
