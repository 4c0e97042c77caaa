using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Audit;
using ClayAspire.CrmSandbox.Salesforce.Bulk;
using ClayAspire.CrmSandbox.Salesforce.Faults;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Rules;
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
        Directory = new UserDirectory(name, Schema);
        Users = [.. Directory.Users.Select(u => UserOf(u, options))];
        Sessions = new Sessions(OrgId);
        Quota = new ApiQuota(options.DailyApiRequests, clock);
        var journal = string.IsNullOrWhiteSpace(options.DataDirectory) ? null : Path.Combine(options.DataDirectory, $"{name}.ndjson");
        Store = new RecordStore(Schema, orgPart, clock, options.WholeSeconds, journal);
        Tracking = new HistoryTracking(this);
        Picklists = new Picklists(this);
        Editors = new Editors(this);
        ValidationRules = new ValidationRules(this);
        DuplicateRules = new DuplicateRules(this);
        Assignment = new AssignmentRule(this);
        Parents = new ParentLocks(this);
        Bulk = new BulkJobs(this);
        Begin();
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
    public Picklists Picklists { get; }
    public ValidationRules ValidationRules { get; }
    public DuplicateRules DuplicateRules { get; }
    public AssignmentRule Assignment { get; }

    /// <summary>Locks on parents, while that fault is ordered.</summary>
    public ParentLocks Parents { get; }

    /// <summary>Who may sign in, with which rights.</summary>
    public UserDirectory Directory { get; }

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
        Store.ForgottenByFormulas = [];
        Quota.SetRemaining(Quota.Max);
        Parents.Clear();
        Begin();
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

    // What every org begins with, also after a reset. Field rights that were changed stay changed.
    private void Begin()
    {
        ValidationRules.Set([]);
        DuplicateRules.Set([]);
        Assignment.Set(null);
        Tracking.Reset();
        Picklists.Reset();
        BaseUsers.Ensure(this);
        AccessRecords.Define(this);
        MetadataHasChanged();
    }

    private SandboxUser UserOf(UserSource source, SandboxOptions options)
    {
        var (first, last, credentials) = source.Number switch
        {
            BaseUsers.Administrator => ("Sandbox", "Administrator", options.Administrator),
            BaseUsers.Integration => ("ClayAspire", "Integration", options.Integration),
            _ => (source.FirstName!, source.LastName!, new SandboxCredentials { ClientId = source.ClientId!, ClientSecret = source.ClientSecret!, Username = source.Username! }),
        };
        return new SandboxUser(UserId(source.Number), first, last, credentials, Directory.RightsOf(source), IsAdministrator: source.Number == BaseUsers.Administrator)
        {
            Number = source.Number,
            Profile = source.Profile,
            Role = source.Role,
        };
    }

    private string UserId(int number) => SalesforceId.Create("005", orgPart, number);
}
