namespace ClayAspire.Domain.Policy;

/// <summary>Where values of one object come from in one kind of signal: column or payload path → field.</summary>
/// <param name="Source">The source's name, such as <c>clay</c> or <c>smartlead</c>.</param>
/// <param name="Table">For a Clay table or file, its name; <c>*</c> is the default for tables that have no entry of their own.</param>
/// <param name="Kinds">The kinds of signal it applies to, such as <c>clay.row</c>.</param>
/// <param name="Connection">The connection written to.</param>
/// <param name="Object">The object written to.</param>
/// <param name="RecordIdColumns">Columns that may carry the CRM's record id, first non-blank wins.</param>
/// <param name="ExternalId">The external id field and the columns that may carry it; null when there is none.</param>
/// <param name="EmailColumns">Columns that may carry the e-mail address, first non-blank wins.</param>
/// <param name="CampaignColumns">For CampaignMember: columns that may carry the campaign's name or id.</param>
/// <param name="OccurredAtColumns">Columns that may carry the time of occurrence; time of receipt when none does.</param>
/// <param name="Columns">Column → field.</param>
/// <param name="Constants">Field → value that the event itself means (a reply means <c>Has_Replied__c = true</c>).</param>
/// <param name="Ignore">Columns that are known and carry no value for the CRM.</param>
/// <param name="UnlistedAsFields">
/// Whether a column that is not listed is offered to the field of the same name, so that its refusal is visible instead of silent.
/// </param>
public sealed record SourceMapping(
    string Source,
    string Table,
    IReadOnlyList<string> Kinds,
    string Connection,
    string Object,
    IReadOnlyList<string> RecordIdColumns,
    ExternalIdColumns? ExternalId,
    IReadOnlyList<string> EmailColumns,
    IReadOnlyList<string> CampaignColumns,
    IReadOnlyList<string> OccurredAtColumns,
    IReadOnlyDictionary<string, string> Columns,
    IReadOnlyDictionary<string, string> Constants,
    IReadOnlyList<string> Ignore,
    bool UnlistedAsFields)
{
    /// <summary>Columns that may carry the source's confidence in the row, as 0 to 1 or as a percentage; first non-blank wins.</summary>
    public IReadOnlyList<string> ConfidenceColumns { get; init; } = [];

    /// <summary>Where the mapping stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }
}

/// <summary>An external id field and where its value stands.</summary>
/// <param name="Field">The external id field's API name.</param>
/// <param name="Columns">Columns that may carry its value, first non-blank wins.</param>
public sealed record ExternalIdColumns(string Field, IReadOnlyList<string> Columns);
