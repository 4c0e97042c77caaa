using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ClayAspire.Storage.Policies;

/// <summary>
/// Keeps a service's <see cref="PolicySource"/> up to date: <c>LISTEN</c> tells of new signatures at once, a poll covers what a lost
/// notification leaves out, and a signature's end is met by the clock.
/// </summary>
internal sealed class PolicyFollower(
    NpgsqlDataSource dataSource, PolicySource policy, IOptions<PolicySettings> settings, TimeProvider clock, ILogger<PolicyFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly TimeSpan _poll = TimeSpan.FromSeconds(settings.Value.PollSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                // Decisions about writes ask the database themselves and fail with it; only what pages show may be old meanwhile.
                logger.LogWarning(e, "Signatures of field contracts cannot be read; policy {Version} is shown until the database answers.", policy.Current.Version);
                await Task.Delay(Retry, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using (var listen = new NpgsqlCommand($"listen {ContractStore.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancel);
        while (true)
        {
            // First, for what was signed while nobody listened.
            var now = await policy.RefreshAsync(cancel);
            using var due = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var told = connection.WaitAsync(due.Token);
            var until = Task.Delay(now.EndsAt is { } end && end - clock.GetUtcNow() is var left && left < _poll ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : _poll, clock, due.Token);
            await Task.WhenAny(told, until);
            await due.CancelAsync();
            await told.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (told.IsFaulted)
                await told;
        }
    }
}
