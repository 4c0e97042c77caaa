using System.Net;
using ClayAspire.Storage.People;

namespace ClayAspire.Console.Tests;

public sealed class SignInTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/kpis")]
    [InlineData("/plans")]
    [InlineData("/runs")]
    [InlineData("/flows")]
    [InlineData("/contracts")]
    [InlineData("/ledger")]
    public async Task A_page_asks_a_stranger_to_sign_in_and_every_role_may_read_it(string path)
    {
        var stranger = await host.Client().GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, stranger.StatusCode);
        Assert.StartsWith("/sign-in", stranger.Headers.Location!.IsAbsoluteUri ? stranger.Headers.Location.PathAndQuery : stranger.Headers.Location.OriginalString, StringComparison.Ordinal);

        foreach (var user in new[] { "viewer", "marcom", "crm-admin", "dpo", "it", "admin" })
            Assert.Contains("<main", await (await Session.SignedInAsync(host, user)).PageAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_accounts_are_listed_on_the_sign_in_page_of_a_demo()
    {
        var page = await new Session(host.Client()).PageAsync("/sign-in");
        Assert.Contains("This is a demo", page, StringComparison.Ordinal);
        Assert.Contains("demo-crm-admin", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_the_right_one_too()
    {
        await host.World.Get<PersonStore>().CreateAsync("clumsy", "Clumsy", "correct-horse", ["Viewer"], CancellationToken.None);
        var session = new Session(host.Client());
        for (var i = 0; i < PersonStore.FailuresBeforeLockOut; i++)
            await session.SignInAsync("clumsy", "wrong");
        var answer = await session.SignInAsync("clumsy", "correct-horse");
        Assert.StartsWith("/sign-in", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Contains("Too many wrong passwords", await session.PageAsync("/sign-in"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_is_refused()
    {
        var session = await Session.SignedInAsync(host, "crm-admin");
        var plan = await host.World.AddPlanAsync();
        var answer = await session.Client.PostAsync($"/plans/{plan.Id}/approve", new FormUrlEncodedContent(new Dictionary<string, string> { ["hash"] = plan.Hash, ["scope"] = "all" }));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("no longer valid", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Approved", await session.PageAsync($"/plans/{plan.Id}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    public async Task Sign_in_never_leads_to_another_site(string returnUrl)
    {
        var answer = await new Session(host.Client()).SignInAsync("viewer", World.Password("viewer"), returnUrl);
        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_session_cookie_is_kept_from_script_and_pages_carry_a_strict_policy()
    {
        var session = new Session(host.Client());
        var answer = await session.SignInAsync("viewer", World.Password("viewer"));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("clayaspire=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        var page = await session.Client.GetAsync("/");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_out_ends_the_session()
    {
        var session = await Session.SignedInAsync(host, "viewer");
        await session.SendAsync("/", "/sign-out");
        Assert.Equal(HttpStatusCode.Redirect, (await session.Client.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("viewer", "/plans/new", HttpStatusCode.Forbidden)]
    [InlineData("dpo", "/plans/new", HttpStatusCode.Forbidden)]
    [InlineData("marcom", "/plans/new", HttpStatusCode.OK)]
    [InlineData("crm-admin", "/plans/new", HttpStatusCode.OK)]
    public async Task Only_some_roles_may_ask_for_plans(string user, string path, HttpStatusCode expected) =>
        Assert.Equal(expected, (await (await Session.SignedInAsync(host, user)).Client.GetAsync(path)).StatusCode);

    [Fact]
    public async Task A_viewer_cannot_switch_flows_or_take_snapshots()
    {
        var session = await Session.SignedInAsync(host, "viewer");
        var token = await session.TokenAsync("/flows");
        foreach (var action in new[] { "/flows/enrichment-writeback/switch", "/kpis/snapshot", "/mirror/refresh", "/plans" })
            Assert.Equal(HttpStatusCode.Forbidden, (await session.Client.PostAsync(action, Session.Form(token, ("to", "paused")))).StatusCode);
    }
}
