namespace ClayAspire.Domain.Permissions;

/// <summary>How one permission stands against what is expected.</summary>
public enum PermissionStanding
{
    /// <summary>As it should be.</summary>
    Right,

    /// <summary>More than least privilege allows.</summary>
    TooMuch,

    /// <summary>Needed and not there.</summary>
    Missing,

    /// <summary>Could not be read, so nobody knows.</summary>
    Unknown,
}

/// <summary>What a finding speaks of.</summary>
public enum PermissionArea
{
    /// <summary>The profile.</summary>
    Profile,

    /// <summary>The permission sets assigned.</summary>
    PermissionSet,

    /// <summary>The role.</summary>
    Role,

    /// <summary>A system permission.</summary>
    System,

    /// <summary>A custom permission.</summary>
    Custom,

    /// <summary>A right on an object.</summary>
    Object,

    /// <summary>A field.</summary>
    Field,

    /// <summary>A business unit.</summary>
    Gbu,
}

/// <summary>What a whole audit comes to.</summary>
public enum PermissionVerdict
{
    /// <summary>Everything is as it should be.</summary>
    Right,

    /// <summary>Something is too much, nothing is missing.</summary>
    TooMuch,

    /// <summary>Something is missing, nothing is too much.</summary>
    Missing,

    /// <summary>Something is too much and something else is missing.</summary>
    TooMuchAndMissing,

    /// <summary>Something that matters could not be read, and nothing worse is known.</summary>
    Unknown,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">What it speaks of.</param>
/// <param name="Subject">Which one: <c>Lead.Industry</c>, <c>ModifyAllData</c>, <c>SBS</c>.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Expected">What is expected.</param>
/// <param name="Found">What was found.</param>
/// <param name="GrantedBy">Permission sets that grant it; the profile's own is named as the profile. Empty when nothing does or it is not known.</param>
/// <param name="Text">Why, and where it is not right, what to do.</param>
public sealed record PermissionFinding(
    PermissionArea Area, string Subject, PermissionStanding Standing, string Expected, string Found, IReadOnlyList<string> GrantedBy, string Text);

/// <summary>The findings of one audit, and what they come to.</summary>
/// <param name="Findings">Everything that was looked at, by area and subject.</param>
public sealed record PermissionReport(IReadOnlyList<PermissionFinding> Findings)
{
    /// <summary>How many findings stand so.</summary>
    public int Count(PermissionStanding standing) => Findings.Count(f => f.Standing == standing);

    /// <summary>What they come to.</summary>
    public PermissionVerdict Verdict => (Count(PermissionStanding.TooMuch) > 0, Count(PermissionStanding.Missing) > 0, Count(PermissionStanding.Unknown) > 0) switch
    {
        (true, true, _) => PermissionVerdict.TooMuchAndMissing,
        (true, false, _) => PermissionVerdict.TooMuch,
        (false, true, _) => PermissionVerdict.Missing,
        (false, false, true) => PermissionVerdict.Unknown,
        _ => PermissionVerdict.Right,
    };
}

/// <summary>The names of standings, areas and verdicts in tables, API and command line. They are stable.</summary>
public static class PermissionNaming
{
    /// <summary>Standings by name.</summary>
    public static IReadOnlyDictionary<string, PermissionStanding> Standings { get; } = new Dictionary<string, PermissionStanding>(StringComparer.Ordinal)
    {
        ["right"] = PermissionStanding.Right,
        ["too-much"] = PermissionStanding.TooMuch,
        ["missing"] = PermissionStanding.Missing,
        ["unknown"] = PermissionStanding.Unknown,
    };

    /// <summary>Areas by name.</summary>
    public static IReadOnlyDictionary<string, PermissionArea> Areas { get; } = new Dictionary<string, PermissionArea>(StringComparer.Ordinal)
    {
        ["profile"] = PermissionArea.Profile,
        ["permission-set"] = PermissionArea.PermissionSet,
        ["role"] = PermissionArea.Role,
        ["system"] = PermissionArea.System,
        ["custom"] = PermissionArea.Custom,
        ["object"] = PermissionArea.Object,
        ["field"] = PermissionArea.Field,
        ["gbu"] = PermissionArea.Gbu,
    };

    /// <summary>Verdicts by name.</summary>
    public static IReadOnlyDictionary<string, PermissionVerdict> Verdicts { get; } = new Dictionary<string, PermissionVerdict>(StringComparer.Ordinal)
    {
        ["right"] = PermissionVerdict.Right,
        ["too-much"] = PermissionVerdict.TooMuch,
        ["missing"] = PermissionVerdict.Missing,
        ["too-much-and-missing"] = PermissionVerdict.TooMuchAndMissing,
        ["unknown"] = PermissionVerdict.Unknown,
    };

    /// <summary>The name of a standing.</summary>
    public static string Name(PermissionStanding standing) => Standings.First(s => s.Value == standing).Key;

    /// <summary>The name of an area.</summary>
    public static string Name(PermissionArea area) => Areas.First(a => a.Value == area).Key;

    /// <summary>The name of a verdict.</summary>
    public static string Name(PermissionVerdict verdict) => Verdicts.First(v => v.Value == verdict).Key;

    /// <summary>The names of rights on objects as policy files spell them.</summary>
    public static IReadOnlyDictionary<string, ObjectRight> Rights { get; } = new Dictionary<string, ObjectRight>(StringComparer.Ordinal)
    {
        ["create"] = ObjectRight.Create,
        ["read"] = ObjectRight.Read,
        ["edit"] = ObjectRight.Edit,
        ["delete"] = ObjectRight.Delete,
        ["view-all"] = ObjectRight.ViewAll,
        ["modify-all"] = ObjectRight.ModifyAll,
    };

    /// <summary>The name of a right.</summary>
    public static string Name(ObjectRight right) => Rights.First(r => r.Value == right).Key;
}
