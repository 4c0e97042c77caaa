using ClayAspire.Storage.Policies;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClayAspire.Storage.Tests;

public sealed class PolicySourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("policy-").FullName;

    public PolicySourceTests()
    {
        var shipped = PolicyDirectory.Find(AppContext.BaseDirectory, null);
        foreach (var file in Directory.EnumerateFiles(shipped, "*.yaml", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder, Path.GetRelativePath(shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [Fact]
    public async Task A_good_edit_comes_into_force_by_itself()
    {
        using var source = new PolicySource(_folder, NullLogger<PolicySource>.Instance);
        var before = source.Current.Version;
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        source.Changed += (_, e) => told.TrySetResult(e.Policy.Version);
        await File.AppendAllTextAsync(Path.Combine(_folder, "flows.yaml"), "\n# a comment\n");
        var after = await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.NotEqual(before, after);
        Assert.Equal(after, source.Current.Version);
    }

    [Fact]
    public void A_broken_edit_keeps_the_last_good_policy_and_shows_its_problems()
    {
        using var source = new PolicySource(_folder, NullLogger<PolicySource>.Instance);
        var before = source.Current;
        var flows = Path.Combine(_folder, "flows.yaml");
        var good = File.ReadAllText(flows);
        File.WriteAllText(flows, good.Replace("release: approval", "release: perhaps", StringComparison.Ordinal));
        Assert.False(source.TryReload());
        Assert.Same(before, source.Current);
        Assert.All(source.Problems, p => Assert.Equal("flows.yaml", p.File));
        Assert.NotEmpty(source.Problems);
        File.WriteAllText(flows, good);
        Assert.True(source.TryReload());
        Assert.Empty(source.Problems);
    }

    [Fact]
    public void A_policy_that_never_loaded_stops_the_start_with_every_problem()
    {
        File.WriteAllText(Path.Combine(_folder, "flows.yaml"), "flows: [");
        var error = Assert.Throws<InvalidDataException>(() => new PolicySource(_folder, NullLogger<PolicySource>.Instance));
        Assert.Contains("flows.yaml:", error.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => PolicyDirectory.Find(_folder, "nowhere"));
    }

    public void Dispose() => Directory.Delete(_folder, true);
}
