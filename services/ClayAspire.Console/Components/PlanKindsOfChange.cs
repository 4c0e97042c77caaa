using ClayAspire.Storage.Plans;

namespace ClayAspire.Console.Components;

/// <summary>The kinds of change as the plan's page spells them.</summary>
internal static class PlanKindsOfChange
{
    /// <summary>Those that the filter offers.</summary>
    public static IReadOnlyList<string> Offered { get; } =
        [ChangeKinds.Fill, ChangeKinds.Overwrite, ChangeKinds.Clear, ChangeKinds.Named, ChangeKinds.LowConfidence, ChangeKinds.Declined, ChangeKinds.Drifted];

    /// <summary>One kind for people.</summary>
    public static string Text(string kind) => kind switch
    {
        ChangeKinds.Fill => "Fills",
        ChangeKinds.Overwrite => "Overwrites",
        ChangeKinds.Clear => "Clears",
        ChangeKinds.Named => "Need a named approval",
        ChangeKinds.Plain => "Need no name",
        ChangeKinds.LowConfidence => "Low confidence",
        ChangeKinds.Declined => "Declined",
        ChangeKinds.Drifted => "Drifted since the seal",
        _ => kind,
    };
}
