using System.ComponentModel.DataAnnotations;

namespace ClayAspire.CrmSandbox.Salesforce;

/// <summary>
/// What the platform is believed to do where no stored document says so (graded 'from memory' in the collected facts), and its limits. To be set
/// right here, and nowhere else, when a live org shows otherwise. README.md lists them with defaults and units.
/// </summary>
internal sealed class PlatformRules
{
    /// <summary>Rows of a query page when the caller names no size, and at most.</summary>
    [Range(1, 2000)]
    public int QueryBatch { get; set; } = 2000;

    /// <summary>Rows of a query page at least, when the caller names a size.</summary>
    [Range(1, 2000)]
    public int SmallestQueryBatch { get; set; } = 200;

    /// <summary>Ids that one POST of <c>/composite/sobjects/{type}</c> retrieves.</summary>
    public int RetrievedByPost { get; set; } = 2000;

    /// <summary>Ids that one GET of <c>/composite/sobjects/{type}</c> retrieves.</summary>
    public int RetrievedByGet { get; set; } = 800;

    /// <summary>Parts of a composite request that may be collections or queries.</summary>
    public int CompositeCollections { get; set; } = 5;

    /// <summary>First API version whose upsert of a known row answers 200 with a body; older ones answer 204.</summary>
    public decimal UpsertBodySince { get; set; } = 46;

    /// <summary>Whether each part of <c>/composite/batch</c> costs an API call of its own.</summary>
    public bool BatchPartsCost { get; set; } = true;

    /// <summary>Whether rows made over REST pass the assignment rule when the caller sends no <c>Sforce-Auto-Assign</c>.</summary>
    public bool AutoAssign { get; set; } = true;

    /// <summary>Whether a campaign member's unknown status becomes the campaign's default; else the row is refused.</summary>
    public bool UnknownMemberStatusBecomesDefault { get; set; } = true;

    /// <summary>Requests that may run for longer than <see cref="LongRequestSeconds"/> at the same time.</summary>
    [Range(1, int.MaxValue)]
    public int LongRequests { get; set; } = 25;

    /// <summary>From when on a request counts as long, in seconds.</summary>
    public int LongRequestSeconds { get; set; } = 20;

    /// <summary>Rows of one internal batch of a bulk job.</summary>
    [Range(1, int.MaxValue)]
    public int BulkBatch { get; set; } = 10_000;

    /// <summary>Rows of a bulk job that are written together.</summary>
    [Range(1, int.MaxValue)]
    public int BulkChunk { get; set; } = 200;

    /// <summary>Bulk batches in 24 hours.</summary>
    public int DailyBulkBatches { get; set; } = 15_000;

    /// <summary>Bulk query jobs in 24 hours.</summary>
    public int DailyBulkQueryJobs { get; set; } = 10_000;

    /// <summary>Rows that bulk jobs take in 24 hours.</summary>
    public int DailyBulkRows { get; set; } = 150_000_000;

    /// <summary>Size of a bulk job's data in bytes, measured after base64.</summary>
    public long BulkDataBytes { get; set; } = 150_000_000;

    /// <summary>Letters of CSV that a bulk job made by one multipart request may hold.</summary>
    public int BulkMultipartLetters { get; set; } = 100_000;

    /// <summary>Rows of a page of bulk query results when the caller names no number.</summary>
    public int BulkQueryPage { get; set; } = 100_000;

    /// <summary>Status of an answer to who asks for results of a bulk query that is not complete.</summary>
    public int BulkQueryNotCompleteStatus { get; set; } = 400;

    /// <summary>Days that finished bulk jobs are kept.</summary>
    public int BulkJobDays { get; set; } = 7;

    /// <summary>Ids that one <c>updated</c> or <c>deleted</c> request answers.</summary>
    public int ReplicatedIds { get; set; } = 600_000;

    /// <summary>Days that <c>updated</c> and <c>deleted</c> look back.</summary>
    public int ReplicationDays { get; set; } = 30;

    /// <summary>Texts that replace those of error codes, by code.</summary>
    public Dictionary<string, string> Messages { get; set; } = new(StringComparer.Ordinal);
}
