using System.Collections.Concurrent;
using System.Text.Json;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Storage.Tests;

public sealed class JobQueueTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly string[] Kinds = ["test"];

    private static NewJob Job(int number = 0, string? orderKey = null, string? uniqueKey = null) =>
        new("test", $$"""{"number":{{number}}}""") { OrderKey = orderKey, UniqueKey = uniqueKey };

    private static Task<IReadOnlyList<ClaimedJob>> ClaimAsync(StorageHarness harness, int max = 10, string worker = "w1") =>
        harness.Queue.ClaimAsync(Kinds, max, worker, Lease, default);

    private static int Number(string payload) => JsonDocument.Parse(payload).RootElement.GetProperty("number").GetInt32();

    [Fact]
    public async Task Concurrent_claimers_never_get_the_same_job()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.InTransactionAsync(t => harness.Queue.EnqueueManyAsync(t, [.. Enumerable.Range(0, 200).Select(i => Job(i))], default));
        var claimed = new ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async w =>
        {
            while (true)
            {
                var jobs = await ClaimAsync(harness, 7, $"w{w}");
                if (jobs.Count == 0)
                    return;
                foreach (var job in jobs)
                    claimed.Add(job.Id);
            }
        }));
        Assert.Equal(200, claimed.Count);
        Assert.Equal(200, claimed.Distinct().Count());
    }

    [Fact]
    public async Task Jobs_of_one_order_key_run_one_at_a_time_in_the_order_of_their_enqueue()
    {
        await using var harness = await StorageHarness.StartAsync();
        // Enqueued concurrently, in batches that commit in any order; the order of ids is the order that counts.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(b => harness.InTransactionAsync(t => harness.Queue.EnqueueManyAsync(
            t, [.. Enumerable.Range(0, 6).Select(i => Job(b * 10 + i, orderKey: $"k{i % 3}"))], default))));
        var running = new ConcurrentDictionary<string, long>();
        var done = new ConcurrentDictionary<string, ConcurrentQueue<long>>();
        var left = 60;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async w =>
        {
            while (Volatile.Read(ref left) > 0)
            {
                foreach (var job in await ClaimAsync(harness, 2, $"w{w}"))
                {
                    Assert.True(running.TryAdd(job.OrderKey!, job.Id), $"Two jobs of {job.OrderKey} run at once.");
                    done.GetOrAdd(job.OrderKey!, _ => new()).Enqueue(job.Id);
                    running.TryRemove(job.OrderKey!, out _);
                    Assert.True(await harness.Queue.CompleteAsync(job.Lease, default));
                    Interlocked.Decrement(ref left);
                }
            }
        }));
        Assert.Equal(3, done.Count);
        Assert.All(done.Values, ids => Assert.Equal(ids.Order(), ids));
    }

    [Fact]
    public async Task A_job_that_failed_holds_back_the_later_ones_of_its_order_key()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(1, orderKey: "k"), default);
        await harness.Queue.EnqueueAsync(Job(2, orderKey: "k"), default);
        var first = Assert.Single(await ClaimAsync(harness));
        await harness.Queue.FailAsync(first, "broken", default);
        Assert.Empty(await ClaimAsync(harness));
        harness.Clock!.Advance(TimeSpan.FromSeconds(2));
        var again = Assert.Single(await ClaimAsync(harness));
        Assert.Equal(1, Number(again.Payload));
        await harness.Queue.CompleteAsync(again.Lease, default);
        Assert.Equal(2, Number(Assert.Single(await ClaimAsync(harness)).Payload));
    }

    [Fact]
    public async Task A_request_is_covered_by_the_job_that_waits_but_not_by_one_that_runs()
    {
        await using var harness = await StorageHarness.StartAsync();
        var first = await harness.Queue.EnqueueAsync(Job(1, uniqueKey: "u"), default);
        var second = await harness.Queue.EnqueueAsync(Job(2, uniqueKey: "u"), default);
        Assert.True(second.AlreadyWaiting);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(1, Number(second.Payload));
        await ClaimAsync(harness);
        Assert.False((await harness.Queue.EnqueueAsync(Job(3, uniqueKey: "u"), default)).AlreadyWaiting);
    }

    [Fact]
    public async Task Concurrent_requests_of_one_unique_key_leave_one_job()
    {
        await using var harness = await StorageHarness.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => harness.Queue.EnqueueAsync(Job(i, uniqueKey: "u"), default)));
        Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single(answers, a => !a.AlreadyWaiting);
    }

    [Fact]
    public async Task A_covering_job_starts_only_after_the_covered_request_is_committed()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(1, uniqueKey: "u"), default);
        await using var connection = await harness.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.True((await harness.Queue.EnqueueAsync(transaction, Job(2, uniqueKey: "u"), default)).AlreadyWaiting);
        var claim = harness.Queue.AwaitCoveredAsync(Assert.Single(await ClaimAsync(harness)), default);
        await StorageHarness.UntilAsync(async () => await harness.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 1,
            "the claimer to wait for the request's transaction");
        Assert.False(claim.IsCompleted);
        await transaction.CommitAsync();
        await claim;
    }

    [Fact]
    public async Task A_failed_job_gives_way_to_its_waiting_twin_without_losing_its_own_payload()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(1, uniqueKey: "u"), default);
        var first = Assert.Single(await ClaimAsync(harness));
        await harness.Queue.EnqueueAsync(Job(2, uniqueKey: "u"), default);
        Assert.Equal(JobStates.Available, await harness.Queue.FailAsync(first, "broken", default));
        // The twin is put off as well, so that a standing fault is not tried in a tight loop.
        Assert.Empty(await ClaimAsync(harness));
        harness.Clock!.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([1, 2], (await ClaimAsync(harness)).Select(j => Number(j.Payload)).Order());
    }

    [Fact]
    public async Task The_holder_of_an_older_fence_can_neither_complete_nor_fail_nor_extend()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(), default);
        var old = Assert.Single(await ClaimAsync(harness, worker: "w1"));
        Assert.True(await harness.Queue.IsLeaseHeldAsync(old.Lease, default));
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.False(await harness.Queue.IsLeaseHeldAsync(old.Lease, default));
        Assert.Equal(1, await harness.Queue.RescueExpiredAsync(default));
        var taken = Assert.Single(await ClaimAsync(harness, worker: "w2"));
        Assert.True(taken.Fence > old.Fence);
        Assert.False(await harness.Queue.CompleteAsync(old.Lease, default));
        Assert.Null(await harness.Queue.FailAsync(old, "late", default));
        Assert.False(await harness.Queue.SnoozeAsync(old.Lease, TimeSpan.Zero, default));
        Assert.False(await harness.Queue.HeartbeatAsync(old.Lease, Lease, default));
        await Assert.ThrowsAsync<LeaseLostException>(() => harness.InTransactionAsync(async t =>
        {
            await JobQueue.HoldAsync(t, old.Lease, default);
            return 0;
        }));
        Assert.True(await harness.Queue.CompleteAsync(taken.Lease, default));
    }

    [Fact]
    public async Task A_heartbeat_keeps_a_job_from_being_rescued()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(), default);
        var job = Assert.Single(await ClaimAsync(harness));
        for (var i = 0; i < 4; i++)
        {
            harness.Clock!.Advance(TimeSpan.FromSeconds(10));
            Assert.True(await harness.Queue.HeartbeatAsync(job.Lease, Lease, default));
            Assert.Equal(0, await harness.Queue.RescueExpiredAsync(default));
        }
    }

    [Fact]
    public async Task Two_running_jobs_of_one_unique_key_can_both_be_rescued()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(1, uniqueKey: "u"), default);
        await ClaimAsync(harness);
        await harness.Queue.EnqueueAsync(Job(2, uniqueKey: "u"), default);
        await ClaimAsync(harness);
        await harness.Queue.EnqueueAsync(Job(3, uniqueKey: "u"), default);
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(2, await harness.Queue.RescueExpiredAsync(default));
        Assert.Equal([1, 2, 3], (await ClaimAsync(harness)).Select(j => Number(j.Payload)).Order());
    }

    [Fact]
    public async Task A_job_dies_after_its_last_attempt_keeps_every_error_and_can_be_replayed()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(7) with { MaxAttempts = 3 }, default);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            harness.Clock!.Advance(TimeSpan.FromMinutes(10));
            var job = Assert.Single(await ClaimAsync(harness));
            Assert.Equal(attempt, job.Attempt);
            Assert.Equal(attempt == 3 ? JobStates.Dead : JobStates.Available, await harness.Queue.FailAsync(job, $"error {attempt}\0", default));
        }
        harness.Clock!.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await ClaimAsync(harness));
        var dead = Assert.Single((await harness.Queue.DeadAsync(1, 10, default)).Rows);
        Assert.Equal(["error 1\uFFFD", "error 2\uFFFD", "error 3\uFFFD"],
            JsonDocument.Parse(dead.Errors).RootElement.EnumerateArray().Select(e => e.GetProperty("error").GetString()!));
        var replayed = await harness.Queue.ReplayAsync(dead.Id, default);
        Assert.NotNull(replayed);
        Assert.Null(await harness.Queue.ReplayAsync(dead.Id, default));
        var again = Assert.Single(await ClaimAsync(harness));
        Assert.Equal((replayed.Value, 1, 7), (again.Id, again.Attempt, Number(again.Payload)));
        Assert.True(again.Fence > 3);
    }

    [Fact]
    public async Task A_snooze_is_no_attempt()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Queue.EnqueueAsync(Job(), default);
        var job = Assert.Single(await ClaimAsync(harness));
        Assert.True(await harness.Queue.SnoozeAsync(job.Lease, TimeSpan.FromMinutes(1), default));
        Assert.Empty(await ClaimAsync(harness));
        harness.Clock!.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, Assert.Single(await ClaimAsync(harness)).Attempt);
    }

    [Fact]
    public void Backoff_grows_is_bounded_and_is_the_same_for_the_same_seed()
    {
        var one = new JobBackoff(42);
        var two = new JobBackoff(42);
        for (var attempt = 1; attempt <= 40; attempt++)
        {
            var full = TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, attempt - 1)));
            var wait = one.After(attempt);
            Assert.Equal(wait, two.After(attempt));
            Assert.InRange(wait, full / 2, full);
        }
    }

    [Fact]
    public async Task The_cleaner_deletes_old_completed_jobs_in_bounded_batches_and_leaves_the_dead()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.InTransactionAsync(t => harness.Queue.EnqueueManyAsync(t, [.. Enumerable.Range(0, 5).Select(i => Job(i) with { MaxAttempts = 1 })], default));
        var jobs = await ClaimAsync(harness);
        await harness.Queue.FailAsync(jobs[0], "dead at once", default);
        foreach (var job in jobs.Skip(1))
            await harness.Queue.CompleteAsync(job.Lease, default);
        Assert.Equal(0, await harness.Queue.CleanAsync(TimeSpan.FromHours(1), 3, default));
        harness.Clock!.Advance(TimeSpan.FromHours(2));
        Assert.Equal(3, await harness.Queue.CleanAsync(TimeSpan.FromHours(1), 3, default));
        Assert.Equal(1, await harness.Queue.CleanAsync(TimeSpan.FromHours(1), 3, default));
        Assert.Equal(1, (await harness.Queue.DepthAsync(default)).Single(d => d.State == JobStates.Dead).Count);
    }

    [Fact]
    public async Task A_rolled_back_enqueue_leaves_no_job()
    {
        await using var harness = await StorageHarness.StartAsync();
        await using (var connection = await harness.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
            await harness.Queue.EnqueueAsync(transaction, Job(), default);
        Assert.Empty(await ClaimAsync(harness));
    }
}
