using System.Net;
using System.Text.RegularExpressions;

namespace ClayAspire.Console.Tests;

/// <summary>A person at the pages, without script: signs in and sends the forms that the pages hold.</summary>
internal sealed partial class Session(HttpClient client)
{
    public HttpClient Client => client;

    public static async Task<Session> SignedInAsync(ConsoleHost host, string userName)
    {
        var session = new Session(host.Client());
        var answer = await session.SignInAsync(userName, World.Password(userName));
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
        return session;
    }

    public async Task<HttpResponseMessage> SignInAsync(string userName, string password, string returnUrl = "/")
    {
        var token = await TokenAsync("/sign-in");
        return await client.PostAsync("/sign-in", Form(token, ("userName", userName), ("password", password), ("returnUrl", returnUrl)));
    }

    public async Task<string> PageAsync(string path)
    {
        var answer = await client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} answered {answer.StatusCode} {answer.Headers.Location}: {text}");
        return text;
    }

    /// <summary>Sends a form with the token of a page, and gives back the page that follows.</summary>
    public async Task<string> SendAsync(string page, string action, params (string Name, string Value)[] fields)
    {
        var answer = await client.PostAsync(action, Form(await TokenAsync(page), fields));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await PageAsync(answer.Headers.Location!.OriginalString);
    }

    public async Task<string> TokenAsync(string page)
    {
        var match = Token().Match(await PageAsync(page));
        Assert.True(match.Success, $"{page} has no form.");
        return WebUtility.HtmlDecode(match.Groups["token"].Value);
    }

    public static FormUrlEncodedContent Form(string token, params (string Name, string Value)[] fields) =>
        new(fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
