namespace ClayAspire.Domain.Policy;

/// <summary>What a backtest says in sentences.</summary>
internal static class BacktestWords
{
    /// <summary>What every replay assumes.</summary>
    public static IReadOnlyList<string> Assumptions { get; } =
    [
        "Each policy counts as if it had come into force at the beginning of the window. What was settled before stays settled; what waited or was held is offered again.",
        "Today's signatures and suspensions of field contracts count for both policies and for the whole window. What the other policy's files say is Active counts as signed.",
        "Every plan is sealed at its flow's cadence (daily_at in UTC; a pre-authorised flow at once; a flow without either at midnight UTC), approved at its seal, also what needs a name or a green run on staging, and applied at once. What waits at the end is sealed then.",
        "The CRM takes every value: its own rejections and metadata are not asked. Other fields of a record are as the mirror has them now, also those that tell of suppression. What stands on the suppression list today counts from the day that it tells.",
        "A signal arrives at its time of receipt, and its record is the one that it was resolved to when it was received.",
        "Nobody edits a cell but where a plan or run of ours met another value than was known, or the CRM's field history told of it; an edit of unknown time counts from the last moment before it was met. Undos count as edits.",
        "Who edited a protected field last is known where a plan, an apply, the mirror or the drift watch learned it from the CRM's field history. Elsewhere no person did.",
        "A record that was converted, merged or deleted counts as such from the last time it was seen live.",
        "No bounce rate is estimated: bounce flags and e-mail addresses are counted as they would be written. Whether an address would bounce is not known.",
    ];

    /// <summary>The code of a signal that has no record.</summary>
    public static string CodeOf(UnplacedReason reason) => reason switch
    {
        UnplacedReason.Pending => "not-processed-yet",
        UnplacedReason.Ambiguous => "record-ambiguous",
        UnplacedReason.Unmatched => "record-unmatched",
        UnplacedReason.Ignored => "ignored-when-received",
    };

    /// <summary>Why such a signal cannot be replayed.</summary>
    public static string Of(UnplacedReason reason) => reason switch
    {
        UnplacedReason.Pending => "The worker has not looked for its record yet. Run the backtest again when it has.",
        UnplacedReason.Ambiguous => "Several live records match; nobody said which is meant.",
        UnplacedReason.Unmatched => "No record matched when it was looked for, or its connection is not configured.",
        UnplacedReason.Ignored => "No flow of the policy then in force took it, so no record was looked for.",
    };

    /// <summary>Why a signal cannot be replayed that goes elsewhere than where it was resolved.</summary>
    public static string OtherTarget(string connection, string @object) =>
        $"The mapping sends it to {@object} on '{connection}'; it was resolved to a record elsewhere, and its record there is not known.";
}
