namespace ClayAspire.Storage.Queue;

/// <summary>The kinds of job, one per step of the main path.</summary>
public static class JobKinds
{
    /// <summary>Resolves pending signals into candidates.</summary>
    public const string ProcessSignals = "process-signals";

    /// <summary>Decides and seals a plan.</summary>
    public const string MakePlan = "make-plan";

    /// <summary>Decides and seals the plan that takes back what a run wrote.</summary>
    public const string MakeUndoPlan = "make-undo-plan";

    /// <summary>Moves the candidates of a plan as was decided about it.</summary>
    public const string SettlePlan = "settle-plan";

    /// <summary>Reads the live values of a waiting plan's changes and notes which differ from what it was sealed on.</summary>
    public const string LookForDrift = "look-for-drift";

    /// <summary>Applies an approved plan.</summary>
    public const string ApplyPlan = "apply-plan";

    /// <summary>Reads changed CRM records into the mirror.</summary>
    public const string RefreshMirror = "refresh-mirror";

    /// <summary>Looks again at values that runs verified.</summary>
    public const string SampleDrift = "sample-drift";

    /// <summary>Compares formulas with what they are made of.</summary>
    public const string CheckFormulas = "check-formulas";

    /// <summary>Looks through the signals that were stored before the rules of suppression in force.</summary>
    public const string ScanSuppression = "scan-suppression";

    /// <summary>Reads what the integration user may do and judges it.</summary>
    public const string AuditPermissions = "audit-permissions";

    /// <summary>Sends the members of a campaign to Clay.</summary>
    public const string ExportCampaign = "export-campaign";
}

/// <summary>
/// The states of a job: available → running → completed; running → available after a failure, a snooze or a lost lease;
/// running → dead after the last attempt; dead → available by replay.
/// </summary>
public static class JobStates
{
    /// <summary>Waits to be claimed.</summary>
    public const string Available = "available";

    /// <summary>Held by a worker under a lease.</summary>
    public const string Running = "running";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Gave up; can be replayed.</summary>
    public const string Dead = "dead";
}
