using System.Text.Json;
using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Apply;
using ClayAspire.SyncWorker.Edits;
using ClayAspire.SyncWorker.Resolve;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Reads what changed in the CRM since the last time into the mirror, page by page, and moves the cursor with each page.</summary>
internal sealed class RefreshMirrorHandler(
    CrmRecordStore mirror, SignalStore signals, FieldEditStore known, LastEditReader edits, ConnectorRegistry connectors, PolicySource policies, CallBudgetKeeper budget, SyncMetrics metrics, WorkerSettings settings, TimeProvider clock,
    ILogger<RefreshMirrorHandler> log) : IJobHandler
{
    /// <summary>Cells a page whose editor is asked for; a mass change is the drift watch's to measure.</summary>
    private const int MostAsked = 200;

    public string Kind => JobKinds.RefreshMirror;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<RefreshMirror>();
        // The policy may name a connection that this worker has no account for, and people may ask for its mirror.
        if (connectors.Find(order.Connection) is not { } connector)
        {
            LogMessages.ConnectionNotConfigured(log, order.Connection, order.Object);
            return;
        }
        await CrmPause.UntilRoomAsync(budget, connector, job, cancel);
        var policy = policies.Current;
        var now = clock.GetUtcNow();
        var cursor = await mirror.FindCursorAsync(order.Connection, order.Object, cancel);
        // Formulas change without moving a record's time of change, so everything is read now and then.
        var isFull = cursor?.ReadUntil is null || cursor.LastFullAt is not { } full || now - full >= TimeSpan.FromHours(settings.MirrorFullReadHours);
        DateTimeOffset? since = isFull ? null : cursor!.ReadUntil!.Value - TimeSpan.FromSeconds(settings.MirrorOverlapSeconds);
        var externalField = policy.Mappings.FirstOrDefault(m => m.Connection == order.Connection && m.Object == order.Object && m.ExternalId is not null)?.ExternalId?.Field;
        var count = 0;
        try
        {
            await foreach (var page in connector.QueryChangesAsync(order.Object, MirrorScope.Fields(policy, order.Connection, order.Object), since, cancel))
            {
                CrmRecordRow[] rows = [.. page.Records.Select(r => Row(r, externalField, now))];
                count += await mirror.UpsertAsync(rows, cancel);
                // Also for records that were known: a signal may have been found unmatched between their reading and its outcome.
                var returned = await signals.ReturnUnmatchedAsync(order.Connection, order.Object, [.. rows.SelectMany(Keys)], TimeSpan.FromDays(settings.RetryUnmatchedDays), cancel);
                if (returned > 0)
                    LogMessages.SignalsReturned(log, returned, order.Connection, order.Object);
                // A full read that was cut off starts anew: its cursor must not pass what it has not read.
                if (!isFull)
                    await mirror.SetCursorAsync(Cursor(order, page.ReadUntil, cursor!.LastFullAt, now), cancel);
                else
                    cursor = Cursor(order, page.ReadUntil, now, now);
                // Not on a full read: it is for formulas, and would ask again each time for what the history does not tell.
                if (!isFull)
                    await LearnAsync(connector, policy, order.Object, [.. rows.Select(r => r.RecordId)], cancel);
            }
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        if (isFull)
            await mirror.SetCursorAsync(Cursor(order, cursor?.ReadUntil ?? now, now, now), cancel);
        metrics.QuotaUsed(order.Connection, connector.Quota);
        LogMessages.MirrorRefreshed(log, order.Connection, order.Object, count, isFull);
    }

    /// <summary>Who changed what we wrote: asked while the edit is fresh, so that the cell's explanation can say it.</summary>
    private async Task LearnAsync(ICrmConnector connector, PolicySet policy, string @object, IReadOnlyCollection<string> records, CancellationToken cancel)
    {
        var strayed = await known.StrayedAsync(connector.Connection, @object, records, MostAsked, cancel);
        var watched = strayed.Where(c => policy.Contract(c.Record.Connection, c.Record.Object, c.Field) is not null).ToList();
        await edits.ReadAsync(connector, policy, watched, LearnedBy.Mirror, cancel);
    }

    private static MirrorCursorRow Cursor(RefreshMirror order, DateTimeOffset readUntil, DateTimeOffset? lastFullAt, DateTimeOffset now) =>
        new() { Connection = order.Connection, Object = order.Object, ReadUntil = readUntil, LastFullAt = lastFullAt, UpdatedAt = now };

    private static IEnumerable<string> Keys(CrmRecordRow row)
    {
        yield return SignalKeys.Record(row.RecordId);
        // Fifteen characters name the same record where people copied its id from the address bar.
        if (row.RecordId.Length == 18)
            yield return SignalKeys.Record(row.RecordId[..15]);
        if (row.EmailKey is { Length: > 0 } email)
            yield return SignalKeys.Email(email);
        if (row.ExternalKey is { Length: > 0 } external)
            yield return SignalKeys.External(external);
    }

    private static CrmRecordRow Row(ChangedRecord changed, string? externalField, DateTimeOffset readAt)
    {
        var record = changed.Record;
        return new CrmRecordRow
        {
            Connection = record.Key.Connection,
            Object = record.Key.Object,
            RecordId = record.Key.Id,
            EmailKey = record.Value("Email").Text?.ToLowerInvariant(),
            ExternalKey = externalField is null ? null : record.Value(externalField).Text,
            Version = record.Version,
            State = MirrorStates.Of(record.State),
            SuccessorId = record.SuccessorId,
            Fields = JsonSerializer.Serialize(record.Values.Where(v => !v.Value.IsBlank).ToDictionary(v => v.Key, v => v.Value.Text, StringComparer.Ordinal)),
            CreatedAt = changed.CreatedAt,
            ReadAt = readAt,
        };
    }
}

/// <summary>What the mirror holds: the objects that contracts name and what they are resolved and measured by; no more of people's data than that.</summary>
internal static class MirrorScope
{
    private static readonly string[] Measured =
    [
        "Name", "FirstName", "LastName", "Company", "Email", "Title", "Website", "Industry", "OwnerId", "LeadSource", "Status", "LinkedIn_URL__c", "GBU__c", "Region__c",
        "HasOptedOutOfEmail", "DoNotCall", "pi__pardot_hard_bounced__c", "CampaignId", "LeadId", "ContactId", "Type", "IsActive", "Smartlead_Campaign_Id__c",
    ];

    /// <summary>The objects of a connection. Campaign members are found by their campaign's name, so campaigns come along.</summary>
    public static IReadOnlyList<string> Objects(PolicySet policy, string connection)
    {
        var objects = policy.Contracts.Where(c => c.Connection == connection).Select(c => c.Object).ToHashSet(StringComparer.Ordinal);
        if (objects.Contains("CampaignMember"))
            objects.Add("Campaign");
        return [.. objects.Order(StringComparer.Ordinal)];
    }

    /// <summary>The fields of an object; the connector leaves out those that the CRM lacks.</summary>
    public static IReadOnlyCollection<string> Fields(PolicySet policy, string connection, string @object) =>
    [
        .. Measured
            .Concat(policy.Contracts.Where(c => c.Connection == connection && c.Object == @object).Select(c => c.Field))
            .Concat(policy.Contracts.Where(c => c.Connection == connection && c.Object == @object).SelectMany(c => c.AnyOf))
            .Concat(policy.Suppression.Of(connection, @object)?.Fields ?? [])
            .Concat(policy.Mappings.Where(m => m.Connection == connection && m.Object == @object && m.ExternalId is not null).Select(m => m.ExternalId!.Field))
            .Distinct(StringComparer.Ordinal),
    ];
}
