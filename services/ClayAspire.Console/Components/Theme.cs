namespace ClayAspire.Console.Components;

/// <summary>Light, dark, or as the system says: kept in a cookie, so that the server renders the right one and nothing flashes.</summary>
internal static class Theme
{
    public const string Cookie = "clay-theme";
    public const string Auto = "auto";

    public static string Of(HttpRequest request) => request.Cookies[Cookie] is { } chosen && IsKnown(chosen) ? chosen : Auto;

    public static bool IsKnown(string? theme) => theme is "light" or "dark" or Auto;

    public static string After(string theme) => theme switch { Auto => "dark", "dark" => "light", _ => Auto };

    public static string Name(string theme) => theme switch { "dark" => "Dark", "light" => "Light", _ => "System" };
}
