using System.Text.RegularExpressions;

namespace ClayAspire.Console.Tests;

public sealed partial class TokenTests
{
    [Fact]
    public async Task The_dark_theme_is_the_same_whether_it_was_chosen_or_comes_from_the_system()
    {
        var css = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "wwwroot", "tokens.css"));
        Assert.Equal(Values(Chosen().Match(css)), Values(System().Match(css)));
    }

    private static string[] Values(Match block)
    {
        Assert.True(block.Success);
        return [.. block.Groups["body"].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex("data-theme=\"dark\"\\] \\{(?<body>[^}]*)\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Chosen();

    [GeneratedRegex("data-theme=\"auto\"\\] \\{(?<body>[^}]*)\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex System();
}
