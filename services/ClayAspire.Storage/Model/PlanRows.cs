namespace ClayAspire.Storage.Model;

/// <summary>A sealed plan without its cells. Table <c>plan</c>.</summary>
public sealed class PlanRow
{
    /// <summary>The plan's id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection that it writes to.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The flow that it was made for.</summary>
    public string Flow { get; set; } = "";

    /// <summary>The policy that decided it.</summary>
    public string PolicyVersion { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string Author { get; set; } = "";

    /// <summary>The hash when it was sealed.</summary>
    public string Hash { get; set; } = "";

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset SealedAt { get; set; }

    /// <summary>When it can no longer be released.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>One of <see cref="Plans.PlanStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>Whether there is anything to apply.</summary>
    public bool Applyable { get; set; }

    /// <summary>Whether everything asked for could be looked at.</summary>
    public bool Complete { get; set; }

    /// <summary>Whether something went wrong while planning.</summary>
    public bool Errored { get; set; }

    /// <summary>Why it is not complete, or errored: one sentence each.</summary>
    public string[] Remarks { get; set; } = [];

    /// <summary>Calls to the CRM that applying costs.</summary>
    public int ApiCalls { get; set; }

    /// <summary>Enrichment credits that applying costs.</summary>
    public decimal Credits { get; set; }

    /// <summary>Seconds that applying will take, as estimated when it was sealed; 0 for plans sealed before there were estimates, and for those without a change.</summary>
    public int ApplySeconds { get; set; }

    /// <summary>Cells to be written.</summary>
    public int Changes { get; set; }

    /// <summary>Cells that stay as they are.</summary>
    public int Keeps { get; set; }

    /// <summary>Cells that wait for somebody.</summary>
    public int Holds { get; set; }

    /// <summary>Cells that are refused.</summary>
    public int Refusals { get; set; }

    /// <summary>One of <see cref="Plans.PlanKinds"/>.</summary>
    public string Kind { get; set; } = Plans.PlanKinds.Writeback;

    /// <summary>The run that it takes back; null for a writeback.</summary>
    public Guid? UndoesRun { get; set; }

    /// <summary>Changes that only an approval which names them releases.</summary>
    public int Named { get; set; }

    /// <summary>Changes that replace a value.</summary>
    public int Overwrites { get; set; }

    /// <summary>Changes that empty a cell; only an undo has such.</summary>
    public int Clears { get; set; }

    /// <summary>The fields that it touches, each as <c>Object.Field</c>, in order.</summary>
    public string[] Fields { get; set; } = [];

    /// <summary>What the flow decided by; null for an undo, and for plans sealed before this was kept.</summary>
    public string? FlowFingerprint { get; set; }
}

/// <summary>One decided cell of a plan. Table <c>plan_cell</c>.</summary>
public sealed class PlanCellRow
{
    /// <summary>The plan.</summary>
    public Guid PlanId { get; set; }

    /// <summary>Its place in the plan, from 0.</summary>
    public int Ordinal { get; set; }

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary><c>Write</c>, <c>Keep</c>, <c>Hold</c> or <c>Refuse</c>.</summary>
    public string Verdict { get; set; } = "";

    /// <summary>The live value when the plan was sealed; null when blank.</summary>
    public string? OldValue { get; set; }

    /// <summary>The value to write; for other verdicts the value of the winning candidate stands in <see cref="Evidence"/>.</summary>
    public string? NewValue { get; set; }

    /// <summary>The reason's stable code.</summary>
    public string ReasonCode { get; set; } = "";

    /// <summary>The reason as a sentence.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The rule that answered.</summary>
    public string RuleId { get; set; } = "";

    /// <summary>The winning candidate's source.</summary>
    public string? Source { get; set; }

    /// <summary>The winning candidate's signal.</summary>
    public long? WinnerSignal { get; set; }

    /// <summary>JSON: the candidates that competed, as <see cref="Plans.CellEvidence"/>.</summary>
    public string Evidence { get; set; } = "{}";

    /// <summary>The record's version when the plan was sealed.</summary>
    public string RecordVersion { get; set; } = "";

    /// <summary>For a hold, who must act.</summary>
    public string? WaitsFor { get; set; }

    /// <summary>Why a change needs a named approval, as <see cref="Plans.CautionText"/> spells it; null when it does not.</summary>
    public string? Caution { get; set; }

    /// <summary><c>fill</c>, <c>overwrite</c> or <c>clear</c>; null for what is no change. Computed by the database.</summary>
    public string? Change { get; set; }
}

/// <summary>A person's yes or no to a plan. Table <c>approval</c>.</summary>
public sealed class ApprovalRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The plan.</summary>
    public Guid PlanId { get; set; }

    /// <summary>The hash that the person saw.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Who; <c>policy</c> for a pre-authorised flow.</summary>
    public string Approver { get; set; } = "";

    /// <summary>The approver's roles at that time.</summary>
    public string[] Roles { get; set; } = [];

    /// <summary><c>approved</c> or <c>refused</c>.</summary>
    public string Verdict { get; set; } = "";

    /// <summary>The changes approved; null for all.</summary>
    public int[]? Ordinals { get; set; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>A change that a person declined while its plan waited. Table <c>declined_cell</c>.</summary>
public sealed class DeclinedCellRow
{
    /// <summary>The plan.</summary>
    public Guid PlanId { get; set; }

    /// <summary>The change's place in the plan.</summary>
    public int Ordinal { get; set; }

    /// <summary>Who declined it.</summary>
    public string DeclinedBy { get; set; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>The latest look at the live values of a waiting plan's changes. Table <c>plan_drift_look</c>.</summary>
public sealed class PlanDriftLookRow
{
    /// <summary>The plan.</summary>
    public Guid PlanId { get; set; }

    /// <summary>Who asked for it.</summary>
    public string AskedBy { get; set; } = "";

    /// <summary>When the values were read.</summary>
    public DateTimeOffset LookedAt { get; set; }

    /// <summary>Changes whose live value was read.</summary>
    public int Cells { get; set; }

    /// <summary>Those of them that differ from what the plan was sealed on.</summary>
    public int Drifted { get; set; }
}

/// <summary>A change whose live value is not what its plan was sealed on. Table <c>plan_drift</c>.</summary>
public sealed class PlanDriftRow
{
    /// <summary>The plan.</summary>
    public Guid PlanId { get; set; }

    /// <summary>The change's place in the plan.</summary>
    public int Ordinal { get; set; }

    /// <summary>The reason's stable code, as apply would give it.</summary>
    public string ReasonCode { get; set; } = "";

    /// <summary>The reason as a sentence.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What the cell holds now; null when it is blank or cannot be read.</summary>
    public string? Value { get; set; }
}

/// <summary>One application of an approved plan. Table <c>run</c>.</summary>
public sealed class RunRow
{
    /// <summary>The run's id.</summary>
    public Guid Id { get; set; }

    /// <summary>The plan that it applies.</summary>
    public Guid PlanId { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The flow.</summary>
    public string Flow { get; set; } = "";

    /// <summary>One of <see cref="Plans.RunStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>The worker that took it last.</summary>
    public string? Worker { get; set; }

    /// <summary>Cells approved.</summary>
    public int Planned { get; set; }

    /// <summary>Cells read back equal.</summary>
    public int Verified { get; set; }

    /// <summary>Cells rejected with a reason.</summary>
    public int Rejected { get; set; }

    /// <summary>Cells skipped with a reason: drifted, decided otherwise, cancelled.</summary>
    public int Skipped { get; set; }

    /// <summary>Calls made to the CRM.</summary>
    public int ApiCalls { get; set; }

    /// <summary>When it was approved.</summary>
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>When a worker first took it.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>What to know about it, in a sentence.</summary>
    public string? Remark { get; set; }

    /// <summary>The dead job that left it failed; null otherwise. Replaying that job takes the run up again.</summary>
    public long? StoppedByJob { get; set; }

    /// <summary>Who asked that it be cancelled; null when nobody did.</summary>
    public string? CancelAskedBy { get; set; }

    /// <summary>When that was asked.</summary>
    public DateTimeOffset? CancelAskedAt { get; set; }
}

/// <summary>One cell of a run. Table <c>run_cell</c>.</summary>
public sealed class RunCellRow
{
    /// <summary>The run.</summary>
    public Guid RunId { get; set; }

    /// <summary>Its place in the plan.</summary>
    public int Ordinal { get; set; }

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary>The live value when the plan was sealed.</summary>
    public string? OldValue { get; set; }

    /// <summary>The value to write.</summary>
    public string? NewValue { get; set; }

    /// <summary>One of <see cref="Plans.RunCellStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>The reason's stable code.</summary>
    public string? ReasonCode { get; set; }

    /// <summary>The reason as a sentence.</summary>
    public string? Reason { get; set; }

    /// <summary>The batch that it was sent in, from 1.</summary>
    public int? Batch { get; set; }

    /// <summary>The fencing number of the job that moved it last.</summary>
    public long? Fence { get; set; }

    /// <summary>When its intent was written, just before it was sent.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>When it was read back equal.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }
}
