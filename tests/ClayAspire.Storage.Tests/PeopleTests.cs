using ClayAspire.Storage.People;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Storage.Tests;

public sealed class PeopleTests
{
    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_five_minutes_also_against_the_right_one()
    {
        await using var harness = await StorageHarness.StartAsync();
        var people = harness.Get<PersonStore>();
        Assert.True(await people.CreateAsync("Ann", "Ann", "correct horse", ["Viewer"], default));
        Assert.False(await people.CreateAsync("ann", "Another", "correct horse", [], default));
        for (var i = 0; i < 4; i++)
            Assert.Equal("wrong-credentials", (await people.SignInAsync("ann", "wrong", default)).Refusal!.Code);
        Assert.Equal(["Viewer"], (await people.SignInAsync("ANN ", "correct horse", default)).Person!.Roles);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => people.SignInAsync("ann", "wrong", default)));
        Assert.Equal("locked-out", (await people.SignInAsync("ann", "correct horse", default)).Refusal!.Code);
        harness.Clock!.Advance(TimeSpan.FromMinutes(5));
        Assert.NotNull((await people.SignInAsync("ann", "correct horse", default)).Person);
        Assert.Equal("wrong-credentials", (await people.SignInAsync("nobody", "correct horse", default)).Refusal!.Code);
        Assert.DoesNotContain("correct horse", (await people.FindAsync("ann", default))!.PasswordHash, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_opens_until_it_is_revoked_and_is_kept_as_a_hash_only()
    {
        await using var harness = await StorageHarness.StartAsync();
        var keys = harness.Get<ApiKeyStore>();
        var made = await keys.CreateAsync("Clay", [ApiScopes.IngestClay], null, default);
        var caller = await keys.AuthenticateAsync(made.Key, default);
        Assert.Equal([ApiScopes.IngestClay], caller!.Scopes);
        Assert.Null(caller.Person);
        Assert.Null(await keys.AuthenticateAsync(made.Key + "x", default));
        Assert.Null(await keys.AuthenticateAsync("", default));
        Assert.DoesNotContain(made.Key, (await keys.ListAsync(default))[0].KeyHash, StringComparison.Ordinal);
        Assert.True(await keys.RevokeAsync(made.Id, default));
        Assert.False(await keys.RevokeAsync(made.Id, default));
        Assert.Null(await keys.AuthenticateAsync(made.Key, default));
    }

    [Fact]
    public async Task A_flow_is_paused_and_resumed()
    {
        await using var harness = await StorageHarness.StartAsync();
        var switches = harness.Get<FlowSwitchStore>();
        Assert.False(await switches.IsPausedAsync("reply-sync", default));
        await switches.SetAsync("reply-sync", true, "it", default);
        Assert.True(await switches.IsPausedAsync("reply-sync", default));
        await switches.SetAsync("reply-sync", false, "admin", default);
        Assert.False(await switches.IsPausedAsync("reply-sync", default));
        Assert.Equal("admin", Assert.Single(await switches.ListAsync(default)).ChangedBy);
    }
}
