namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>What Account Engagement is believed to do where no stored document says so, and its limits. README.md lists them.</summary>
internal sealed class PardotRules
{
    /// <summary>API calls in 24 hours.</summary>
    public int DailyRequests { get; set; } = 25_000;

    /// <summary>Calls that may run at the same time.</summary>
    public int ConcurrentRequests { get; set; } = 5;

    /// <summary>Prospects of a page when the caller names no number.</summary>
    public int Page { get; set; } = 200;

    /// <summary>Prospects of a page at most.</summary>
    public int LargestPage { get; set; } = 1000;

    /// <summary>Name of the parameter that limits a page.</summary>
    public string LimitParameter { get; set; } = "limit";

    /// <summary>Name of the parameter that continues a query.</summary>
    public string TokenParameter { get; set; } = "nextPageToken";

    /// <summary>Soft bounces after which a prospect is not mailed any more.</summary>
    public int SoftBounces { get; set; } = 5;

    /// <summary>Whether the sync of opt-outs uses Pardot's value (and so takes back an opt-out that was written in Salesforce); else Salesforce's.</summary>
    public bool OptOutUsesPardotsValue { get; set; } = true;

    /// <summary>Whether a changed address in Salesforce resets the prospect's bounce.</summary>
    public bool NewAddressResetsBounce { get; set; } = true;

    /// <summary>Error code: no or an unknown token.</summary>
    public int TokenCode { get; set; } = 184;

    /// <summary>Error code: no or an unknown business unit.</summary>
    public int BusinessUnitCode { get; set; } = 181;

    /// <summary>Error code: a parameter that is missing or cannot be read.</summary>
    public int ParameterCode { get; set; } = 71;

    /// <summary>Error code: no such prospect.</summary>
    public int NotFoundCode { get; set; } = 109;

    /// <summary>Error code: the calls of the day are used up.</summary>
    public int DailyCode { get; set; } = 122;

    /// <summary>Error code: too many calls at once.</summary>
    public int ConcurrentCode { get; set; } = 66;
}
