using System.Runtime.InteropServices;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Connectors;

/// <summary>
/// One connection's CRM, as the sync worker needs it. Values are canonical (<see cref="FieldValue"/>) in both directions.
/// Every method throws <see cref="CrmException"/> when the CRM as a whole does not serve the call;
/// what concerns one record is an answer, not an exception.
/// </summary>
public interface ICrmConnector
{
    /// <summary>The connection's name, such as <c>icare</c>.</summary>
    string Connection { get; }

    /// <summary>The account's daily call budget as the last answer told it; <see cref="Quota.Unknown"/> before the first.</summary>
    Quota Quota { get; }

    /// <summary>The most records that one <see cref="UpdateAsync"/> sends in one call.</summary>
    int UpdateBatchSize { get; }

    /// <summary>The most records that one call of <see cref="LastEditsAsync"/> to the CRM asks for.</summary>
    int HistoryBatchSize { get; }

    /// <summary>The most records that one call of <see cref="ReadAsync"/> to the CRM asks for.</summary>
    int ReadBatchSize { get; }

    /// <summary>Updates of many records by jobs; null when the CRM has no such thing.</summary>
    IBulkUpdates? Bulk { get; }

    /// <summary>
    /// The field of <paramref name="object"/> that holds the parent which a write locks: rows of one parent go together, so that they do not get
    /// in each other's way. Null when there is none.
    /// </summary>
    string? ParentField(string @object);

    /// <summary>Counts the calls that the current asynchronous flow makes until the returned count is disposed.</summary>
    CallCount CountCalls();

    /// <summary>The full form of a record id of <paramref name="object"/>, or null when the text is no such id.</summary>
    string? NormalizeId(string @object, string text);

    /// <summary>
    /// Reads records by id, one answer for each distinct id, whatever became of the record.
    /// Fields that the object lacks, or that the integration user cannot see, are left out of <see cref="LiveRecord.Values"/>.
    /// </summary>
    Task<IReadOnlyDictionary<string, LiveRecord>> ReadAsync(string @object, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);

    /// <summary>All live records whose e-mail is one of <paramref name="emails"/>, grouped by e-mail in lower case. Several may share one.</summary>
    Task<ILookup<string, LiveRecord>> FindByEmailAsync(string @object, IReadOnlyCollection<string> emails, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);

    /// <summary>All live records by the value of an external id field.</summary>
    Task<ILookup<string, LiveRecord>> FindByExternalIdAsync(string @object, string externalIdField, IReadOnlyCollection<string> values, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);

    /// <summary>All members of any campaign whose lead or contact has one of <paramref name="emails"/>, grouped by e-mail in lower case.</summary>
    Task<ILookup<string, CampaignMemberRecord>> FindCampaignMembersAsync(IReadOnlyCollection<string> emails, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);

    /// <summary>
    /// Writes records that exist. One answer for each update, in order. Nothing is ever sent twice unless the CRM said that it did not take it.
    /// </summary>
    /// <exception cref="CrmException">The CRM took none of the rows that this call sent; rows of earlier batches of the same call may be written, so send one batch at a time.</exception>
    Task<IReadOnlyList<RowOutcome>> UpdateAsync(string @object, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken);

    /// <summary>
    /// Records changed since <paramref name="since"/> (all when null), deleted ones too, in order of change, page by page.
    /// The same record may come again: commits can be late, so the caller passes a time with overlap.
    /// </summary>
    IAsyncEnumerable<ChangePage> QueryChangesAsync(string @object, IReadOnlyCollection<string> fields, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>
    /// The last edit of each of these fields of each of these records, from the CRM's own history of the field, never from the record's last
    /// change. One answer for each pair; where there is no history to ask, the answer says so with the remedy.
    /// </summary>
    /// <param name="object">The object.</param>
    /// <param name="ids">The records.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="editors">How the connection's users are told apart.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    Task<IReadOnlyDictionary<CellKey, LastEdit>> LastEditsAsync(
        string @object, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, EditorRules editors, CancellationToken cancellationToken);

    /// <summary>The object as the integration user sees it. Kept for some minutes.</summary>
    Task<ObjectDescription> DescribeAsync(string @object, CancellationToken cancellationToken);

    /// <summary>Asks for the account's limits.</summary>
    Task<Quota> LimitsAsync(CancellationToken cancellationToken);
}

/// <summary>A member of a campaign, with what it is found by.</summary>
/// <param name="Record">The record.</param>
/// <param name="CampaignId">Its campaign's id.</param>
/// <param name="CampaignName">Its campaign's name.</param>
public sealed record CampaignMemberRecord(LiveRecord Record, string CampaignId, string CampaignName);

/// <summary>One page of changed records.</summary>
/// <param name="Records">The records.</param>
/// <param name="ReadUntil">The latest time of change among them.</param>
public sealed record ChangePage(IReadOnlyList<ChangedRecord> Records, DateTimeOffset ReadUntil);

/// <summary>A changed record with the times that the mirror keeps.</summary>
/// <param name="Record">The record.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="CreatedAt">When it was made; null when the object does not say.</param>
public sealed record ChangedRecord(LiveRecord Record, DateTimeOffset ChangedAt, DateTimeOffset? CreatedAt);

/// <summary>Use of the account's daily call budget.</summary>
/// <param name="Used">Calls used in the window.</param>
/// <param name="Max">Calls that the window allows; 0 when unknown.</param>
/// <param name="ToldAt">When the CRM told it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Quota(long Used, long Max, DateTimeOffset ToldAt = default)
{
    /// <summary>Before the first answer.</summary>
    public static Quota Unknown => default;

    /// <summary>Used share, 0 to 1 and above; 0 when unknown.</summary>
    public double Ratio => Max > 0 ? (double)Used / Max : 0;
}

/// <summary>An object as the integration user sees it.</summary>
/// <param name="Name">API name.</param>
/// <param name="Fields">Visible fields by API name.</param>
public sealed record ObjectDescription(string Name, IReadOnlyDictionary<string, FieldDescription> Fields)
{
    /// <summary>Where the history of its fields is kept; null when it has none that the integration user can see.</summary>
    public HistoryDescription? History { get; init; }
}

/// <summary>Where the field history of an object is kept.</summary>
/// <param name="Object">The history's API name.</param>
/// <param name="ParentField">Its field that holds the record's id.</param>
public sealed record HistoryDescription(string Object, string ParentField);

/// <summary>A field as the integration user sees it.</summary>
/// <param name="Name">API name.</param>
/// <param name="Type">How its values are spelled.</param>
/// <param name="CanUpdate">Whether the integration user may write it.</param>
/// <param name="IsFormula">Whether the CRM computes it.</param>
/// <param name="MaxLength">Longest text; null for none.</param>
/// <param name="Values">Active picklist values of a restricted picklist; empty otherwise.</param>
public sealed record FieldDescription(string Name, FieldType Type, bool CanUpdate, bool IsFormula, int? MaxLength, IReadOnlyList<string> Values);
