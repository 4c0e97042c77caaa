using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ClayAspire.Console.Components;

/// <summary>Addresses of our own files with a hash of their content, so that browsers may keep them for ever.</summary>
/// <param name="environment">Where the files stand.</param>
internal sealed class AssetVersions(IWebHostEnvironment environment)
{
    private readonly ConcurrentDictionary<string, string> _addresses = new(StringComparer.Ordinal);

    /// <summary>The address of a file under wwwroot.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public string Of(string path) => _addresses.GetOrAdd(path, p =>
    {
        using var stream = environment.WebRootFileProvider.GetFileInfo(p).CreateReadStream();
        return $"/{p}?v={Convert.ToHexStringLower(SHA256.HashData(stream))[..10]}";
    });
}
