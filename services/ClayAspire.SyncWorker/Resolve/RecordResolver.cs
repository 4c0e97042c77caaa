using System.Text.Json;
using ClayAspire.Connectors;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;

namespace ClayAspire.SyncWorker.Resolve;

/// <summary>What became of the search for a signal's record.</summary>
/// <param name="State">One of <see cref="SignalOutcomes"/>.</param>
/// <param name="Reason">Why; null when resolved.</param>
/// <param name="Record">The record; null unless resolved.</param>
internal sealed record Resolution(string State, string? Reason, RecordKey? Record)
{
    /// <summary>Whether the search waits for its connection to be configured, whatever records there are.</summary>
    public bool AwaitsConnection { get; private init; }

    public static Resolution Found(RecordKey record) => new(SignalOutcomes.Resolved, null, record);

    public static Resolution Unmatched(string reason) => new(SignalOutcomes.Unmatched, reason, null);

    public static Resolution NotConfigured(string connection) =>
        Unmatched($"Connection '{connection}' is not configured. The signal is tried again when it is.") with { AwaitsConnection = true };

    public static Resolution Ambiguous(int count, string by) =>
        new(SignalOutcomes.Ambiguous, $"{count} live records match by {by}; a person must say which is meant.", null);
}

/// <summary>
/// Finds records: by id, else by external id, else by e-mail. The mirror answers first and the CRM is asked, in few calls, for what it lacks.
/// Several live matches are ambiguous and never guessed.
/// </summary>
internal sealed class RecordResolver(CrmRecordStore mirror, ConnectorRegistry connectors)
{
    private const string CampaignMember = "CampaignMember";

    /// <summary>One answer for each reading, in order.</summary>
    public async Task<IReadOnlyList<Resolution>> ResolveAsync(IReadOnlyList<SignalReading> readings, CancellationToken cancel)
    {
        var answers = new Resolution[readings.Count];
        var groups = readings.Select((reading, index) => (Reading: reading, Index: index)).GroupBy(r => (r.Reading.Mapping.Connection, r.Reading.Mapping.Object));
        foreach (var group in groups)
        {
            var (connection, @object) = group.Key;
            if (connectors.Find(connection) is not { } connector)
            {
                foreach (var (_, index) in group)
                    answers[index] = Resolution.NotConfigured(connection);
                continue;
            }
            var open = new List<(SignalReading Reading, int Index)>();
            foreach (var item in group)
            {
                if (item.Reading.RecordIdText is { } text && connector.NormalizeId(@object, text) is { } id)
                    answers[item.Index] = Resolution.Found(new RecordKey(connection, @object, id));
                else
                    open.Add(item);
            }
            open = await ByExternalIdAsync(connector, @object, open, answers, cancel);
            if (@object == CampaignMember)
                await MembersByEmailAsync(connector, open, answers, cancel);
            else
                await ByEmailAsync(connector, @object, open, answers, cancel);
        }
        return answers;
    }

    private async Task<List<(SignalReading Reading, int Index)>> ByExternalIdAsync(
        ICrmConnector connector, string @object, List<(SignalReading Reading, int Index)> open, Resolution[] answers, CancellationToken cancel)
    {
        var asked = open.Where(o => o.Reading.ExternalId is not null).ToList();
        if (asked.Count == 0)
            return open;
        var keys = asked.Select(o => o.Reading.ExternalId!).Distinct(StringComparer.Ordinal).ToArray();
        var rows = await mirror.FindByExternalKeysAsync(connector.Connection, @object, keys, cancel);
        var matches = Matches.OfMirror(rows, r => r.ExternalKey);
        foreach (var byField in asked.Where(o => !matches.Contains(o.Reading.ExternalId!)).GroupBy(o => o.Reading.Mapping.ExternalId!.Field, StringComparer.Ordinal))
        {
            var missing = byField.Select(o => o.Reading.ExternalId!).Distinct(StringComparer.Ordinal).ToArray();
            foreach (var found in await connector.FindByExternalIdAsync(@object, byField.Key, missing, [], cancel))
                matches.Add(found.Key, found);
        }
        var rest = open.Where(o => o.Reading.ExternalId is null).ToList();
        foreach (var item in asked)
        {
            if (matches.Pick(item.Reading.ExternalId!, "external id") is { } answer)
                answers[item.Index] = Locate(answer, connector.Connection, @object);
            else if (item.Reading.Email is not null)
                rest.Add(item);
            else
                answers[item.Index] = Resolution.Unmatched("No record has this external id.");
        }
        return rest;
    }

    private async Task ByEmailAsync(ICrmConnector connector, string @object, List<(SignalReading Reading, int Index)> open, Resolution[] answers, CancellationToken cancel)
    {
        var emails = Emails(open, answers);
        if (emails.Length == 0)
            return;
        var matches = Matches.OfMirror(await mirror.FindByEmailsAsync(connector.Connection, @object, emails, cancel), r => r.EmailKey);
        var missing = emails.Where(e => !matches.Contains(e)).ToArray();
        if (missing.Length > 0)
            foreach (var found in await connector.FindByEmailAsync(@object, missing, [], cancel))
                matches.Add(found.Key, found);
        foreach (var (reading, index) in open.Where(o => o.Reading.Email is not null))
            answers[index] = Locate(matches.Pick(reading.Email!, "e-mail") ?? Resolution.Unmatched("No record has this e-mail address."), connector.Connection, @object);
    }

    private async Task MembersByEmailAsync(ICrmConnector connector, List<(SignalReading Reading, int Index)> open, Resolution[] answers, CancellationToken cancel)
    {
        var emails = Emails(open, answers);
        if (emails.Length == 0)
            return;
        var known = await MirroredMembersAsync(connector.Connection, emails, cancel);
        var asked = open.Where(o => o.Reading.Email is not null).ToList();
        var missing = asked.Where(o => !Members(known[o.Reading.Email!], o.Reading.Campaign).Any()).ToList();
        var live = missing.Count == 0 ? null
            : await connector.FindCampaignMembersAsync([.. missing.Select(m => m.Reading.Email!).Distinct(StringComparer.Ordinal)], [], cancel);
        foreach (var (reading, index) in asked)
        {
            var members = Members(known[reading.Email!], reading.Campaign).ToList();
            if (members.Count == 0 && live is not null)
                members = [.. Members(live[reading.Email!].Where(m => m.Record.State == RecordState.Live)
                    .Select(m => new Member(m.Record.Key.Id, m.CampaignId, m.CampaignName)), reading.Campaign)];
            answers[index] = members switch
            {
                [] => Resolution.Unmatched("No member of that campaign has this e-mail address."),
                [var one] => Resolution.Found(new RecordKey(connector.Connection, CampaignMember, one.Id)),
                _ => Resolution.Ambiguous(members.Count, "e-mail and campaign"),
            };
        }
    }

    private async Task<ILookup<string, Member>> MirroredMembersAsync(string connection, string[] emails, CancellationToken cancel)
    {
        var rows = (await mirror.FindByEmailsAsync(connection, CampaignMember, emails, cancel)).Where(r => r.State == MirrorStates.Live).ToList();
        var campaignOf = rows.ToDictionary(r => r.RecordId, r => Field(r, "CampaignId") ?? "", StringComparer.Ordinal);
        var ids = campaignOf.Values.Where(v => v.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        var names = ids.Length == 0 ? [] : (await mirror.FindByIdsAsync(connection, "Campaign", ids, cancel))
            .ToDictionary(c => c.RecordId, c => Field(c, "Name") ?? "", StringComparer.Ordinal);
        return rows.ToLookup(r => r.EmailKey!, r => new Member(r.RecordId, campaignOf[r.RecordId], names.GetValueOrDefault(campaignOf[r.RecordId]) ?? ""), StringComparer.Ordinal);
    }

    private static IEnumerable<Member> Members(IEnumerable<Member> members, string? campaign) =>
        campaign is null ? members : members.Where(m => m.CampaignId == campaign
            || (campaign.Length == 15 && m.CampaignId.StartsWith(campaign, StringComparison.Ordinal))
            || string.Equals(m.CampaignName.Trim(), campaign.Trim(), StringComparison.OrdinalIgnoreCase));

    private static string[] Emails(List<(SignalReading Reading, int Index)> open, Resolution[] answers)
    {
        foreach (var (_, index) in open.Where(o => o.Reading.Email is null))
            answers[index] = Resolution.Unmatched("The signal carries no record id, external id or e-mail address.");
        return [.. open.Select(o => o.Reading.Email).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static Resolution Locate(Resolution picked, string connection, string @object) =>
        picked.Record is { } record ? Resolution.Found(record with { Connection = connection, Object = @object }) : picked;

    private static string? Field(CrmRecordRow row, string field)
    {
        using var document = JsonDocument.Parse(row.Fields);
        return document.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private readonly record struct Member(string Id, string CampaignId, string CampaignName);

    /// <summary>Records by the key they were searched by.</summary>
    private sealed class Matches
    {
        private readonly Dictionary<string, List<(string Id, bool IsLive)>> _byKey = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Rows that live or were converted; merged and deleted ones answer no search.</summary>
        public static Matches OfMirror(IEnumerable<CrmRecordRow> rows, Func<CrmRecordRow, string?> keyOf)
        {
            var matches = new Matches();
            foreach (var row in rows.Where(r => r.State is MirrorStates.Live or MirrorStates.Converted))
                matches.Add(keyOf(row)!, row.RecordId, row.State == MirrorStates.Live);
            return matches;
        }

        public bool Contains(string key) => _byKey.ContainsKey(key);

        public void Add(string key, IEnumerable<LiveRecord> records)
        {
            foreach (var record in records.Where(r => r.State is RecordState.Live or RecordState.Converted))
                Add(key, record.Key.Id, record.State == RecordState.Live);
        }

        /// <summary>The one live match, else the one converted match, whose value is then held in the plan; null when there is none.</summary>
        public Resolution? Pick(string key, string by)
        {
            if (!_byKey.TryGetValue(key, out var all))
                return null;
            var live = all.Where(m => m.IsLive).ToList();
            var chosen = live.Count > 0 ? live : all;
            return chosen.Count == 1 ? Resolution.Found(new RecordKey("", "", chosen[0].Id)) : Resolution.Ambiguous(chosen.Count, by);
        }

        private void Add(string key, string id, bool isLive)
        {
            if (!_byKey.TryGetValue(key, out var list))
                _byKey.Add(key, list = []);
            if (!list.Exists(m => m.Id == id))
                list.Add((id, isLive));
        }
    }
}

/// <summary>The states of a mirrored record, as the table spells them.</summary>
internal static class MirrorStates
{
    public const string Live = "live";
    public const string Converted = "converted";

    public static string Of(RecordState state) => state switch
    {
        RecordState.Live => Live,
        RecordState.Converted => Converted,
        RecordState.Merged => "merged",
        RecordState.Deleted => "deleted",
    };
}
