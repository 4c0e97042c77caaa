using ClayAspire.Storage.Model;
using ClayAspire.Storage.Records;

namespace ClayAspire.Console.Tests;

/// <summary>Which connection a page opens on.</summary>
public sealed class ConnectionChoiceTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task Pages_open_on_the_first_connection_that_the_worker_has_read_from()
    {
        var session = await Session.SignedInAsync(host, "dpo");
        await OpensOnAsync(session, "hubspot-main");
        foreach (var connection in new[] { World.Staging, "icare" })
            await host.World.Get<CrmRecordStore>().SetCursorAsync(new MirrorCursorRow { Connection = connection, Object = "Lead", ReadUntil = host.World.Get<TimeProvider>().GetUtcNow() }, CancellationToken.None);
        // In the policy's order, icare-staging comes before icare.
        await OpensOnAsync(session, World.Staging);
        Assert.Contains("<option value=\"icare\" selected", await session.PageAsync("/contracts?connection=icare"), StringComparison.Ordinal);
    }

    private static async Task OpensOnAsync(Session session, string connection)
    {
        foreach (var page in new[] { "/explain", "/contracts", "/backtest" })
            Assert.Contains($"<option value=\"{connection}\" selected", await session.PageAsync(page), StringComparison.Ordinal);
    }
}
