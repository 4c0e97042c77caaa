using ClayAspire.Domain.Policy;

namespace ClayAspire.Console.Components;

/// <summary>What the pages of a backtest call things: "in force" and "as edited" for the two policies.</summary>
internal static class BacktestWording
{
    public static (string Tone, string Text) Of(CellDifference difference) => difference switch
    {
        CellDifference.WrittenThenOnly => ("good", "Newly written"),
        CellDifference.WrittenNowOnly => ("bad", "No longer written"),
        CellDifference.OtherValue => ("warn", "Another value"),
        CellDifference.OtherWrites => ("info", "Same value, other writes"),
        CellDifference.OtherRelease => ("accent", "Released otherwise"),
        CellDifference.OtherVerdict => ("hold", "Unwritten for another reason"),
    };

    public static (string Tone, string Text) Of(CellOutcome outcome) => outcome switch
    {
        CellOutcome.Written => ("good", "Written"),
        CellOutcome.Kept => ("", "Kept"),
        CellOutcome.Held => ("hold", "Held"),
        CellOutcome.Refused => ("bad", "Refused"),
        CellOutcome.NotOffered => ("", "Not offered"),
    };

    public static string Of(WriteRelease release) => release switch
    {
        WriteRelease.ByPolicy => "released by the policy",
        WriteRelease.WithPlan => "released with its plan",
        WriteRelease.ByName => "needs a named approval",
    };

    public static string Of(StartOrigin origin) => origin switch
    {
        StartOrigin.Plan => "as a plan read it",
        StartOrigin.Run => "as a run met it",
        StartOrigin.Mirror => "as the mirror has it",
        StartOrigin.History => "by the CRM's field history",
        StartOrigin.AssumedBlank => "not known, assumed blank",
    };
}
