using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

public sealed class PolicyPassageTests
{
    private static readonly PolicyFile File = new("contracts/x.yaml", """
        connection: x
        objects:
          Lead:
            City:
              type: text
              # of the city

              why: "a"

            # The next one.
            Industry:
              type: text
          Contact:
            Email:
              type: email
        """);

    [Theory]
    [InlineData(4, 5, "    City:\n      type: text\n      # of the city\n\n      why: \"a\"")]
    [InlineData(11, 2, "    Industry:\n      type: text")]
    [InlineData(14, 2, "    Email:\n      type: email")]
    [InlineData(3, 10, null)]
    [InlineData(1, 1, "connection: x")]
    public void An_entry_goes_up_to_the_next_line_that_is_indented_no_deeper_without_the_blanks_and_comments_before_it(int line, int lines, string? text)
    {
        foreach (var file in new[] { File, File with { Text = File.Text.ReplaceLineEndings("\r\n") } })
        {
            var passage = PolicyPassage.Entry(file, line);
            Assert.Equal((File.Path, line, lines), (passage.File, passage.FirstLine, passage.Lines));
            if (text is not null)
                Assert.Equal(text, passage.Text);
        }
    }

    [Fact]
    public void Another_text_takes_the_place_of_the_passage_and_of_nothing_else()
    {
        var passage = PolicyPassage.Entry(File, 4);
        Assert.Equal(File.Text.ReplaceLineEndings("\n"), passage.Replace(File, passage.Text).Text);
        Assert.Equal(File.Text.ReplaceLineEndings("\n").Replace("type: text\n      # of", "type: url\n      # of", StringComparison.Ordinal),
            passage.Replace(File, passage.Text.Replace("text", "url", StringComparison.Ordinal).ReplaceLineEndings("\r\n")).Text);
        Assert.DoesNotContain("City", passage.Replace(File, "").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_file_is_replaced_whole()
    {
        var passage = PolicyPassage.Whole(File);
        Assert.Equal((1, 15, File.Text.ReplaceLineEndings("\n")), (passage.FirstLine, passage.Lines, passage.Text));
        Assert.Equal("a: b", passage.Replace(File, "a: b").Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void A_line_that_the_file_does_not_have_is_a_fault(int line) => Assert.Throws<ArgumentOutOfRangeException>(() => PolicyPassage.Entry(File, line));
}
