namespace ClayAspire.Console;

/// <summary>Everything the console logs. No user input, no personal values, no secrets: names of flows, plans and people's roles only.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "The analytics service refused {Path} with status {Status}.")]
    public static partial void AnalyticsRefused(ILogger logger, string path, int status);

    [LoggerMessage(2, LogLevel.Warning, "The analytics service did not answer {Path}.")]
    public static partial void AnalyticsUnreachable(ILogger logger, Exception exception, string path);

    [LoggerMessage(3, LogLevel.Information, "Plan {PlanId} of flow {Flow} was {Verdict} by {UserName}.")]
    public static partial void PlanDecided(ILogger logger, Guid planId, string flow, string verdict, string userName);

    [LoggerMessage(4, LogLevel.Information, "Plan {PlanId} was not {Verdict}: {Code}.")]
    public static partial void PlanNotDecided(ILogger logger, Guid planId, string verdict, string code);

    [LoggerMessage(5, LogLevel.Information, "Flow {Flow} was switched to paused={Paused} by {UserName}.")]
    public static partial void FlowSwitched(ILogger logger, string flow, bool paused, string userName);

    [LoggerMessage(6, LogLevel.Information, "Signed in: {UserName}.")]
    public static partial void SignedIn(ILogger logger, string userName);

    [LoggerMessage(7, LogLevel.Warning, "Sign-in refused: {Code}.")]
    public static partial void SignInRefused(ILogger logger, string code);

    [LoggerMessage(8, LogLevel.Warning, "The waiting plans could not be read for clay_plan_age_seconds.")]
    public static partial void PlanAgesUnread(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Information, "Dead job {JobId} was replayed as job {NewJobId} by {UserName}.")]
    public static partial void JobReplayed(ILogger logger, long jobId, long newJobId, string userName);

    [LoggerMessage(10, LogLevel.Information, "{UserName} replayed {Signals} signals of {Days} days through policy {Other} beside {InForce}: {Cells} cells differ.")]
    public static partial void BacktestRan(ILogger logger, string userName, long signals, int days, string other, string inForce, long cells);

    [LoggerMessage(31, LogLevel.Error, "Backtest {BacktestId} of {UserName} ended with a fault.")]
    public static partial void BacktestFailed(ILogger logger, Exception exception, Guid backtestId, string userName);

    [LoggerMessage(11, LogLevel.Information, "Contract {Connection} {Object}.{Field}: {Action} by {UserName}.")]
    public static partial void ContractChanged(ILogger logger, string connection, string @object, string field, string action, string userName);

    [LoggerMessage(12, LogLevel.Information, "A contract was not {Action}: {Code}.")]
    public static partial void ContractUnchanged(ILogger logger, string action, string code);

    [LoggerMessage(13, LogLevel.Information, "Run {RunId} of flow {Flow} was cancelled by {UserName}; it is {State} now.")]
    public static partial void RunCancelled(ILogger logger, Guid runId, string flow, string userName, string state);

    [LoggerMessage(14, LogLevel.Information, "Run {RunId} was not cancelled: {Code}.")]
    public static partial void RunNotCancelled(ILogger logger, Guid runId, string code);

    [LoggerMessage(15, LogLevel.Information, "Drift sample {SampleId} of {Connection} was asked for by {UserName}.")]
    public static partial void DriftAsked(ILogger logger, Guid sampleId, string connection, string userName);

    [LoggerMessage(60, LogLevel.Information, "Comparison {CheckId} of the formulas of {Connection} was asked for by {UserName}.")]
    public static partial void FormulaCheckAsked(ILogger logger, Guid checkId, string connection, string userName);

    [LoggerMessage(61, LogLevel.Information, "Discrepancy {Discrepancy} was left as it is by {UserName}.")]
    public static partial void DiscrepancyAccepted(ILogger logger, Guid discrepancy, string userName);

    [LoggerMessage(16, LogLevel.Information, "Entry {Entry} ({Kind}, {Reason}) was put on the suppression list by {UserName}.")]
    public static partial void SuppressionAdded(ILogger logger, long entry, string kind, string reason, string userName);

    [LoggerMessage(17, LogLevel.Information, "Entry {Entry} ({Kind}, {Reason}) was taken off the suppression list by {UserName}.")]
    public static partial void SuppressionRemoved(ILogger logger, long entry, string kind, string reason, string userName);

    [LoggerMessage(18, LogLevel.Information, "{Rows} rows for the suppression list: {Added} added, {Refused} refused, by {UserName}.")]
    public static partial void SuppressionImported(ILogger logger, int rows, int added, int refused, string userName);

    [LoggerMessage(50, LogLevel.Information, "Permission audit {AuditId} of {Connection} was asked for by {UserName}.")]
    public static partial void PermissionAuditAsked(ILogger logger, Guid auditId, string connection, string userName);

    [LoggerMessage(51, LogLevel.Information, "Export {ExportId} of a campaign of {Connection} to {Target} was asked for by {UserName}.")]
    public static partial void ExportAsked(ILogger logger, Guid exportId, string connection, string target, string userName);
}
