namespace ClayAspire.SyncWorker.Tests;

/// <summary>A copy of the shipped policy that a test may edit.</summary>
internal sealed class PolicyCopy : IDisposable
{
    public PolicyCopy()
    {
        foreach (var file in Directory.EnumerateFiles(SyncStack.PolicyFolder, "*.yaml", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(SyncStack.PolicyFolder, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("clayaspire-policy-").FullName;

    public void Edit(string file, Func<string, string> edit)
    {
        var path = System.IO.Path.Combine(Path, file);
        File.WriteAllText(path, edit(File.ReadAllText(path)));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
