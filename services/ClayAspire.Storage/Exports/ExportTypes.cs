using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;

namespace ClayAspire.Storage.Exports;

/// <summary>The states of an export: preparing → sending → finished; sending → stopped → sending; any open one → cancelled.</summary>
public static class ExportStates
{
    /// <summary>The members are being read.</summary>
    public const string Preparing = "preparing";

    /// <summary>Rows are on their way.</summary>
    public const string Sending = "sending";

    /// <summary>Stands still until a person mends something and resumes it.</summary>
    public const string Stopped = "stopped";

    /// <summary>Every row has its outcome.</summary>
    public const string Finished = "finished";

    /// <summary>Somebody cancelled it; what was sent stays sent.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Whether nothing moves any more by itself.</summary>
    public static bool IsAtRest(string state) => state is Stopped or Finished or Cancelled;
}

/// <summary>The states of one member of an export.</summary>
public static class ExportRowStates
{
    /// <summary>Left out, with a reason.</summary>
    public const string Excluded = "excluded";

    /// <summary>Not sent yet.</summary>
    public const string Pending = "pending";

    /// <summary>Is leaving at this moment.</summary>
    public const string Sending = "sending";

    /// <summary>Clay took it, or it stands in the file.</summary>
    public const string Sent = "sent";

    /// <summary>Clay refused it.</summary>
    public const string Rejected = "rejected";

    /// <summary>No answer came back; never sent again by itself.</summary>
    public const string Unknown = "unknown";

    /// <summary>All of them, in the order of pages.</summary>
    public static IReadOnlyList<string> All { get; } = [Sent, Sending, Pending, Excluded, Rejected, Unknown];
}

/// <summary>An export that is to be made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Connection">The connection.</param>
/// <param name="CampaignId">The campaign.</param>
/// <param name="CampaignName">Its name as the mirror knows it; blank when it does not.</param>
/// <param name="Webhook">The webhook's name; null for a CSV file.</param>
/// <param name="AskedBy">Who asks.</param>
public sealed record NewExport(Guid Id, string Connection, string CampaignId, string CampaignName, string? Webhook, string AskedBy);

/// <summary>A member as it is stored when an export is prepared.</summary>
/// <param name="MemberId">The campaign member's id.</param>
/// <param name="PersonObject">Lead or Contact.</param>
/// <param name="PersonId">That record's id.</param>
/// <param name="RowKey">What tells the row in Clay.</param>
/// <param name="Excluded">Why it is left out; null when it goes.</param>
/// <param name="Payload">What is sent, as JSON; null when it is left out.</param>
public sealed record NewExportRow(string MemberId, string? PersonObject, string? PersonId, string RowKey, Reason? Excluded, string? Payload);

/// <summary>A row that is to be sent.</summary>
/// <param name="Ordinal">Its place.</param>
/// <param name="Payload">What is sent, as JSON.</param>
public sealed record PendingExportRow(int Ordinal, string Payload);

/// <summary>The outcome of a row.</summary>
/// <param name="Ordinal">Its place.</param>
/// <param name="State">A state of <see cref="ExportRowStates"/>; pending when it was certainly not taken.</param>
/// <param name="Why">Why; null for rows that were sent.</param>
public sealed record ExportRowOutcome(int Ordinal, string State, Reason? Why);

/// <summary>How many rows are in a state, for a reason.</summary>
/// <param name="State">The state.</param>
/// <param name="ReasonCode">The reason's code.</param>
/// <param name="Rows">How many.</param>
public sealed record ExportCount(string State, string? ReasonCode, long Rows);

/// <summary>An export with its counts.</summary>
/// <param name="Export">The export.</param>
/// <param name="Counts">Rows by state and reason.</param>
public sealed record ExportStatus(CampaignExportRow Export, IReadOnlyList<ExportCount> Counts)
{
    /// <summary>Rows in a state.</summary>
    public long Rows(string state) => Counts.Where(c => c.State == state).Sum(c => c.Rows);
}

/// <summary>A webhook and what its source has taken.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">The source, told without its address.</param>
/// <param name="Lifetime">Submissions that it takes in its life.</param>
/// <param name="Submissions">Submissions so far; what may have arrived counts.</param>
public sealed record WebhookUse(string Name, string Source, int Lifetime, long Submissions)
{
    /// <summary>Submissions that are left.</summary>
    public long Left => Math.Max(0, Lifetime - Submissions);
}

/// <summary>A campaign of the mirror.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsActive">Whether it is active.</param>
public sealed record MirroredCampaign(string Id, string Name, bool IsActive);
