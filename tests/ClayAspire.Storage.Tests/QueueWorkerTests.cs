using System.Collections.Concurrent;
using ClayAspire.Storage.Queue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClayAspire.Storage.Tests;

public sealed class QueueWorkerTests
{
    [Fact]
    public async Task A_notification_wakes_the_worker_long_before_its_poll()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script, ("Queue:PollSeconds", "60"));
        script.Handle = (_, _) => Task.CompletedTask;
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}"), default);
        await StorageHarness.UntilAsync(() => IsInAsync(harness, JobStates.Completed), "the job to be completed");
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task A_failing_job_is_tried_again_and_then_dead()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script);
        script.Handle = (_, _) => throw new InvalidOperationException("always");
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}") { MaxAttempts = 2 }, default);
        await StorageHarness.UntilAsync(() => IsInAsync(harness, JobStates.Dead), "the job to be dead");
        Assert.Equal(2, script.Attempts.Count);
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task A_lost_lease_cancels_the_handler_and_its_successor_completes()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        script.Handle = async (job, cancel) =>
        {
            if (job.Job.Fence > 1)
                return;
            // As if this process had been frozen: another one rescues the job meanwhile.
            await harness.RunAsync("update sync.job set locked_until = locked_until - interval '1 hour'");
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System, cancel);
            }
            finally
            {
                cancelled.SetResult();
            }
        };
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}"), default);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        await StorageHarness.UntilAsync(() => IsInAsync(harness, JobStates.Completed), "the successor to complete the job");
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task A_heartbeat_carries_a_job_that_takes_longer_than_its_lease()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script, ("Queue:LeaseSeconds", "1"), ("Queue:HeartbeatSeconds", "0.2"));
        script.Handle = (_, cancel) => Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System, cancel);
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}"), default);
        await StorageHarness.UntilAsync(() => IsInAsync(harness, JobStates.Completed), "the job to be completed");
        Assert.Single(script.Attempts);
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task A_stop_gives_the_running_job_back_uncounted()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        script.Handle = async (_, cancel) =>
        {
            begun.SetResult();
            await Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System, cancel);
        };
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}"), default);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        await harness.Host.StopAsync();
        Assert.Equal("available/0", await harness.ScalarAsync<string>("select state || '/' || attempt from sync.job"));
    }

    [Fact]
    public async Task A_handler_completes_its_job_together_with_its_own_writes_and_may_put_itself_off()
    {
        var script = new Script();
        await using var harness = await WorkerAsync(script);
        script.Handle = async (job, cancel) =>
        {
            if (script.Attempts.Count == 1)
                JobContext.Snooze(TimeSpan.FromMilliseconds(50), "not yet");
            await harness.InTransactionAsync(async t =>
            {
                await job.CompleteInAsync(t, cancel);
                await harness.Queue.EnqueueAsync(t, new NewJob("other", "{}"), cancel);
                return 0;
            });
        };
        await harness.Host.StartAsync();
        await harness.Queue.EnqueueAsync(new NewJob("scripted", "{}"), default);
        await StorageHarness.UntilAsync(() => IsInAsync(harness, JobStates.Completed), "the job to be completed");
        Assert.Equal("available/0", await harness.ScalarAsync<string>("select state || '/' || attempt from sync.job where kind = 'other'"));
        Assert.Equal([1, 1], script.Attempts);
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task A_heartbeat_too_slow_for_its_lease_stops_the_start()
    {
        await using var harness = await WorkerAsync(new Script(), ("Queue:HeartbeatSeconds", "6"), ("Queue:LeaseSeconds", "15"));
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => harness.Host.StartAsync());
        Assert.Contains("a third", error.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsInAsync(StorageHarness harness, string state) =>
        await harness.ScalarAsync<long>($"select count(*) from sync.job where kind = 'scripted' and state = '{state}'") == 1;

    private static Task<StorageHarness> WorkerAsync(Script script, params (string Key, string Value)[] settings) =>
        StorageHarness.StartAsync(realTime: true, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Queue:PollSeconds"] = "0.1", ["Queue:RescueSeconds"] = "0.1", ["Queue:HeartbeatSeconds"] = "0.3" });
            builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
            builder.Services.AddSingleton(script);
            builder.Services.AddQueueWorker();
            builder.Services.AddJobHandler<ScriptedHandler>();
        });

    private sealed class Script
    {
        public Func<JobContext, CancellationToken, Task> Handle { get; set; } = (_, _) => Task.CompletedTask;

        public ConcurrentQueue<int> Attempts { get; } = new();
    }

    private sealed class ScriptedHandler(Script script) : IJobHandler
    {
        public string Kind => "scripted";

        public Task HandleAsync(JobContext job, CancellationToken cancel)
        {
            script.Attempts.Enqueue(job.Job.Attempt);
            return script.Handle(job, cancel);
        }
    }
}
