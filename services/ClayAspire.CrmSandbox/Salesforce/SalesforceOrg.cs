using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Audit;
using ClayAspire.CrmSandbox.Salesforce.Bulk;
using ClayAspire.CrmSandbox.Salesforce.Faults;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce;

/// <summary>One Salesforce org of the twin: its records, users, quota, faults and audit.</summary>
internal sealed class SalesforceOrg : IDisposable
{
    private readonly string orgPart;

    public SalesforceOrg(string name, int number, SandboxOptions options, TimeProvider clock)
    {
        Name = name;
        Clock = clock;
        Rules = options.Platform;
        Running = new RunningRequests(Rules, clock);
        Schema = Schema.Load();
        orgPart = $"5f{number}";
        OrgId = SalesforceId.Create("00D", orgPart, 1);
        var sets = PermissionSet.Load().Where(s => s.Orgs is null || s.Orgs.Contains(name, StringComparer.Ordinal));
        Users =
        [
            new SandboxUser(UserId(BaseUsers.Administrator), "Sandbox", "Administrator", options.Administrator, AccessRights.Administrator(), IsAdministrator: true),
            new SandboxUser(UserId(BaseUsers.Integration), "ClayAspire", "Integration", options.Integration, AccessRights.Of(Schema, sets), IsAdministrator: false),
        ];
        Sessions = new Sessions(OrgId);
        Quota = new ApiQuota(options.DailyApiRequests, clock);
        var journal = string.IsNullOrWhiteSpace(options.DataDirectory) ? null : Path.Combine(options.DataDirectory, $"{name}.ndjson");
        Store = new RecordStore(Schema, orgPart, clock, options.WholeSeconds, journal);
        Tracking = new HistoryTracking(this);
        Editors = new Editors(this);
        Tracking.Reset();
        BaseUsers.Ensure(this);
        MetadataHasChanged();
        Bulk = new BulkJobs(this);
    }

    /// <summary>The first segment of its addresses, <c>salesforce</c> for <c>/salesforce/…</c>.</summary>
    public string Name { get; }

    public string OrgId { get; }
    public TimeProvider Clock { get; }
    public Schema Schema { get; }

    /// <summary>Limits, and what is believed of the platform.</summary>
    public PlatformRules Rules { get; }

    public RecordStore Store { get; }
    public IReadOnlyList<SandboxUser> Users { get; }
    public Sessions Sessions { get; }
    public ApiQuota Quota { get; }
    public FaultPlan Faults { get; } = new();
    public RunningRequests Running { get; }
    public ApiRoutes Routes { get; } = new();
    public WriteAudit Writes { get; } = new();
    public CallAudit Calls { get; } = new();
    public QueryCursors Cursors { get; } = new();
    public HistoryTracking Tracking { get; }

    /// <summary>Bulk jobs and the worker that does them.</summary>
    public BulkJobs Bulk { get; }

    /// <summary>Whom the twin's administrator may write as.</summary>
    public Editors Editors { get; }

    /// <summary>The user that Pardot's connector writes as.</summary>
    public string PardotUserId => UserId(BaseUsers.Pardot);

    /// <summary>When schema, picklists or rights last changed: what describe's conditional requests compare.</summary>
    public DateTimeOffset MetadataChanged { get; private set; }

    /// <summary>Notes that describe answers differently from now on.</summary>
    public void MetadataHasChanged() => MetadataChanged = Clock.GetUtcNow();

    /// <summary>The text of an error, as the settings have it.</summary>
    public string Message(string code, string text) => Rules.Messages.GetValueOrDefault(code, text);

    /// <summary>Whether there is nothing in it but its own users.</summary>
    public bool IsEmpty => Store.Read(() => Store.Table("Lead").Count == 0 && Store.Table("Campaign").Count == 0);

    /// <summary>Back to the state of a new org, with faults and audit forgotten. Sessions stay.</summary>
    public void Reset()
    {
        Bulk.Clear();
        Store.Clear();
        Writes.Clear();
        Calls.Clear();
        Faults.Clear();
        Quota.SetRemaining(Quota.Max);
        Tracking.Reset();
        BaseUsers.Ensure(this);
        MetadataHasChanged();
    }

    public void Dispose()
    {
        Bulk.Dispose();
        Store.Dispose();
    }

    /// <summary>How many users every org of this kind begins with.</summary>
    public int BaseUserCount => BaseUsers.Pardot;

    /// <summary>The id that the <paramref name="number"/>-th record of an object has here.</summary>
    public string IdOf(string keyPrefix, long number) => SalesforceId.Create(keyPrefix, orgPart, number);

    private string UserId(int number) => SalesforceId.Create("005", orgPart, number);
}
