using ClayAspire.Connectors;
using ClayAspire.Domain.Permissions;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Permissions;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// The least-privilege audit: reads what the integration user may do, as that user, and sets it against permissions.yaml and the contracts in
/// force. What keeps it from reading is itself a result, because somebody waits for it.
/// </summary>
internal sealed class AuditPermissionsHandler(
    PermissionAuditStore store, ConnectorRegistry connectors, PolicySource policies, TimeProvider clock, ILogger<AuditPermissionsHandler> log) : IJobHandler
{
    public string Kind => JobKinds.AuditPermissions;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<AuditPermissions>();
        if (await store.FindAsync(order.AuditId, cancel) is not null)
            return;
        var policy = policies.Current;
        var audit = new PermissionAuditRow { Id = order.AuditId, Connection = order.Connection, AskedBy = order.AskedBy, ReadAt = clock.GetUtcNow(), PolicyVersion = policy.Version };
        if (policy.Permissions.GetValueOrDefault(order.Connection) is not { } expected)
        {
            await FailAsync(audit, new Reason("permissions-not-stated", $"permissions.yaml does not say what the user of '{order.Connection}' is to have. Add it there."), cancel);
            return;
        }
        if (connectors.Find(order.Connection) is not IPermissionReader reader)
        {
            await FailAsync(audit, new Reason("connection-not-configured", $"The worker has no account of '{order.Connection}' whose permissions it can read. Add Connections:{order.Connection} to its settings."), cancel);
            return;
        }
        using var calls = connectors.Get(order.Connection).CountCalls();
        PermissionFacts facts;
        try
        {
            facts = await reader.ReadPermissionsAsync(expected, cancel);
        }
        catch (CrmException e) when (e.Rule.Action is ErrorAction.Stop or ErrorAction.Reauthenticate or ErrorAction.Wait or ErrorAction.Reject)
        {
            audit.ApiCalls = calls.Calls;
            await FailAsync(audit, new Reason("permissions-not-read", e.Message), cancel);
            return;
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        var report = PermissionJudge.Judge(expected, [.. policy.Contracts], facts);
        audit.Verdict = PermissionNaming.Name(report.Verdict);
        (audit.Rights, audit.TooMuch, audit.Missing, audit.Unknown) = (
            report.Count(PermissionStanding.Right), report.Count(PermissionStanding.TooMuch), report.Count(PermissionStanding.Missing), report.Count(PermissionStanding.Unknown));
        (audit.UserId, audit.UserName, audit.Profile, audit.Role) = (facts.User.Id, facts.User.UserName, facts.User.Profile, facts.User.Role);
        audit.ApiCalls = calls.Calls;
        await SaveAsync(audit, report.Findings, cancel);
    }

    private Task FailAsync(PermissionAuditRow audit, Reason reason, CancellationToken cancel)
    {
        audit.Verdict = PermissionNaming.Name(PermissionVerdict.Unknown);
        (audit.FaultCode, audit.Fault) = (reason.Code, reason.Text);
        return SaveAsync(audit, [], cancel);
    }

    private async Task SaveAsync(PermissionAuditRow audit, IReadOnlyList<PermissionFinding> findings, CancellationToken cancel)
    {
        if (await store.SaveAsync(audit, findings, cancel))
            LogMessages.PermissionsAudited(log, audit.Id, audit.Connection, audit.Verdict, audit.TooMuch, audit.Missing, audit.Unknown);
    }
}
