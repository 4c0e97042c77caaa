using ClayAspire.Storage.Exports;

namespace ClayAspire.Console.Components;

/// <summary>States of exports and of their rows in the words of pages.</summary>
internal static class ExportWords
{
    public static (string Tone, string Text) State(string state) => state switch
    {
        ExportStates.Preparing => ("info", "Reading members"),
        ExportStates.Sending => ("info", "Sending"),
        ExportStates.Stopped => ("bad", "Stands still"),
        ExportStates.Finished => ("good", "Finished"),
        _ => ("", "Cancelled"),
    };

    public static (string Tone, string Text) Row(string state) => state switch
    {
        ExportRowStates.Sent => ("good", "Sent"),
        ExportRowStates.Sending => ("info", "Leaving"),
        ExportRowStates.Pending => ("", "Waits"),
        ExportRowStates.Excluded => ("hold", "Left out"),
        ExportRowStates.Rejected => ("bad", "Refused by Clay"),
        _ => ("warn", "Unknown"),
    };

    /// <summary>The classes of a progress bar, which are those of a run's cells.</summary>
    public static string Bar(string state) => state switch
    {
        ExportRowStates.Sent => "verified",
        ExportRowStates.Sending => "intent",
        ExportRowStates.Excluded => "skipped",
        ExportRowStates.Rejected or ExportRowStates.Unknown => "rejected",
        _ => "planned",
    };
}
