namespace ClayAspire.SyncWorker;

/// <summary>Every log line of this project. Record ids may stand in a log; values and addresses never do.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "{Signals} signals processed, {Candidates} candidates offered.")]
    public static partial void SignalsProcessed(ILogger log, int signals, int candidates);

    [LoggerMessage(2, LogLevel.Information, "Plan {Plan} sealed for {Connection}, flow {Flow}: {Cells} cells, {Changes} changes.")]
    public static partial void PlanSealed(ILogger log, Guid plan, string connection, string flow, int cells, int changes);

    [LoggerMessage(3, LogLevel.Information, "Run {Run} ended {State}: {Verified} verified, {Rejected} rejected, {Skipped} skipped.")]
    public static partial void RunEnded(ILogger log, Guid run, string state, int verified, int rejected, int skipped);

    [LoggerMessage(4, LogLevel.Warning, "Run {Run}: {Object} {Record} {Field} was rejected ({Code}).")]
    public static partial void CellRejected(ILogger log, Guid run, string @object, string record, string field, string code);

    [LoggerMessage(5, LogLevel.Warning, "Run {Run}: {Cells} cells of unknown outcome were probed: {Verified} were written, {Unwritten} were not.")]
    public static partial void Probed(ILogger log, Guid run, int cells, int verified, int unwritten);

    [LoggerMessage(6, LogLevel.Information, "Mirror of {Connection} {Object}: {Records} records taken in (full read: {Full}).")]
    public static partial void MirrorRefreshed(ILogger log, string connection, string @object, int records, bool full);

    [LoggerMessage(7, LogLevel.Information, "This worker is the scheduler's leader now.")]
    public static partial void BecameLeader(ILogger log);

    [LoggerMessage(8, LogLevel.Error, "A round of the scheduler failed; the next one starts in {Seconds} s.")]
    public static partial void SchedulerFailed(ILogger log, Exception error, double seconds);

    [LoggerMessage(9, LogLevel.Information, "Plan of {Connection}, flow {Flow} ordered ({Why}).")]
    public static partial void PlanOrdered(ILogger log, string connection, string flow, string why);

    [LoggerMessage(10, LogLevel.Information, "Plan {Plan} of {Connection}, flow {Flow} expired unreleased.")]
    public static partial void PlanExpired(ILogger log, Guid plan, string connection, string flow);

    [LoggerMessage(11, LogLevel.Information, "{Signals} unmatched signals wait again: {Connection} {Object} has records with their keys now.")]
    public static partial void SignalsReturned(ILogger log, int signals, string connection, string @object);

    [LoggerMessage(12, LogLevel.Warning, "Pre-authorised plan {Plan} was not released: {Why}")]
    public static partial void PlanNotReleased(ILogger log, Guid plan, string why);

    [LoggerMessage(13, LogLevel.Information, "The ledger of {Connection} is anchored at entry {Sequence} in {Folder}.")]
    public static partial void AnchorWritten(ILogger log, string connection, long sequence, string folder);

    [LoggerMessage(20, LogLevel.Information, "{Signals} signals wait again: {Connection} is configured now ({Object}).")]
    public static partial void SignalsReturnedToConnection(ILogger log, int signals, string connection, string @object);

    [LoggerMessage(22, LogLevel.Information, "{Signals} earlier signals were looked through for addresses that are left alone.")]
    public static partial void SuppressionScanned(ILogger log, long signals);

    [LoggerMessage(21, LogLevel.Warning, "{Connection} {Object} was not read: the connection is not configured. Add Connections:{Connection} to the worker's settings.")]
    public static partial void ConnectionNotConfigured(ILogger log, string connection, string @object);

    [LoggerMessage(30, LogLevel.Information, "Drift sample {Sample} of {Connection}: {Cells} of {Eligible} cells looked at, {Changed} had changed.")]
    public static partial void DriftSampled(ILogger log, Guid sample, string connection, int cells, long eligible, int changed);

    [LoggerMessage(31, LogLevel.Information, "Candidates of {Connection}, flow {Flow} that the CRM held up wait to be planned again: {Candidates}.")]
    public static partial void HeldByCrmReleased(ILogger log, string connection, string flow, int candidates);

    [LoggerMessage(32, LogLevel.Information, "Run {Run}: bulk job {Job} started with {Records} records of {Object}.")]
    public static partial void BulkStarted(ILogger log, Guid run, string job, string @object, int records);

    [LoggerMessage(33, LogLevel.Warning, "Run {Run}: bulk job {Job} of an earlier turn was found {State}.")]
    public static partial void BulkFound(ILogger log, Guid run, string job, ClayAspire.Connectors.BulkJobState state);

    [LoggerMessage(34, LogLevel.Information, "Run {Run}: bulk job {Job} is settled: {Accepted} cells accepted, {Refused} refused, {Unknown} in no result and read.")]
    public static partial void BulkSettled(ILogger log, Guid run, string job, int accepted, int refused, int unknown);

    [LoggerMessage(50, LogLevel.Information, "Permission audit {Audit} of {Connection}: {Verdict}; {TooMuch} too much, {Missing} missing, {Unknown} not readable.")]
    public static partial void PermissionsAudited(ILogger log, Guid audit, string connection, string verdict, int tooMuch, int missing, int unknown);

    [LoggerMessage(51, LogLevel.Information, "Export {Export} of {Connection}: {Members} members read, {Excluded} left out, {ToSend} to send.")]
    public static partial void ExportPrepared(ILogger log, Guid export, string connection, int members, int excluded, int toSend);

    [LoggerMessage(52, LogLevel.Information, "Export {Export} is {State}: {Code}.")]
    public static partial void ExportEnded(ILogger log, Guid export, string state, string code);

    [LoggerMessage(53, LogLevel.Warning, "Webhook {Webhook} has taken {Submissions} of the {Lifetime} submissions of its life. Make a new source in Clay in time.")]
    public static partial void WebhookWearsOut(ILogger log, string webhook, long submissions, int lifetime);

    [LoggerMessage(54, LogLevel.Warning, "{Rows} rows of export {Export} were leaving when their worker ended; they are not sent again.")]
    public static partial void ExportRowsLost(ILogger log, int rows, Guid export);

    [LoggerMessage(40, LogLevel.Information, "Plan {Plan}: {Cells} live values read, {Drifted} changed since the seal.")]
    public static partial void DriftLookedFor(ILogger log, Guid plan, int cells, int drifted);

    [LoggerMessage(60, LogLevel.Information, "Formulas of {Connection}, check {Check}: {Looked} of {Mirrored} records read again, {Opened} discrepancies opened, {Healed} healed, {Open} open.")]
    public static partial void FormulasChecked(ILogger log, Guid check, string connection, int looked, long mirrored, int opened, int healed, int open);
}
