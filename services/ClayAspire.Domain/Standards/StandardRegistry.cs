using System.Collections.Concurrent;

namespace ClayAspire.Domain.Standards;

/// <summary>The standards that a contract may name. Each is made when it is first asked for, and then shared.</summary>
public static class StandardRegistry
{
    /// <summary>The standard that takes a region.</summary>
    public const string Phone = "phone";

    private static readonly Dictionary<string, Func<string?, IStandard>> Makers = new(StringComparer.Ordinal)
    {
        ["city"] = _ => new CityStandard(),
        ["code"] = _ => new CodeStandard(),
        ["company-name"] = _ => new CompanyNameStandard(),
        ["country"] = _ => ListStandard.Countries(),
        ["domain"] = _ => new DomainStandard(),
        ["email"] = _ => new EmailStandard(),
        ["industry"] = _ => ListStandard.Industries(),
        ["job-title"] = _ => new JobTitleStandard(),
        ["linkedin"] = _ => new LinkedInStandard(),
        ["number-range"] = _ => new NumberRangeStandard(),
        ["person-name"] = _ => new PersonNameStandard(),
        [Phone] = region => new PhoneStandard(region),
        ["prose"] = _ => new ProseStandard(),
        ["url"] = _ => new UrlStandard(),
    };

    private static readonly ConcurrentDictionary<(string Name, string? Region), Lazy<IStandard>> Made = new();

    /// <summary>The names of all standards, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Makers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether telephone numbers of a region can be read without their country code.</summary>
    /// <param name="region">ISO 3166 alpha-2 code in capitals.</param>
    public static bool KnowsRegion(string region) => PhoneStandard.Knows(region);

    /// <summary>The standard of that name; null when there is none.</summary>
    /// <param name="name">The name that policy files use.</param>
    /// <param name="region">For <c>phone</c>, the region whose national numbers are understood; the other standards have none.</param>
    /// <exception cref="ArgumentException">The region is unknown, or the standard takes none.</exception>
    public static IStandard? Find(string name, string? region = null)
    {
        if (!Makers.TryGetValue(name, out var make))
            return null;
        if (region is not null && (name != Phone || !KnowsRegion(region)))
            throw new ArgumentException($"Standard '{name}' takes no region '{region}'.", nameof(region));
        return Made.GetOrAdd((name, region), key => new Lazy<IStandard>(() => make(key.Region))).Value;
    }
}
