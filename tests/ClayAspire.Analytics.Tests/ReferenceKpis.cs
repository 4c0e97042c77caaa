using System.Globalization;

namespace ClayAspire.Analytics.Tests;

/// <summary>
/// The same figures written again in plain C# from the definitions, without a look at the SQL: sets and loops, a union-find for duplicates.
/// Every figure is <c>scope|dimension|member|week</c> → numerator/denominator.
/// </summary>
internal sealed class ReferenceKpis(RandomDataSet data)
{
    private const string Headline = "(headline)";
    private const string Staging = "icare-staging";

    public Dictionary<string, (long Numerator, long Denominator)> FillRate()
    {
        var tally = new Tally();
        foreach (var lead in data.Records.Where(r => r is { Object: "Lead", State: "live" }))
        {
            var cells = new (string Field, bool Filled)[]
            {
                ("email", lead.Field("Email") is not null), ("linkedin", lead.Field("LinkedIn_URL__c") is not null), ("domain", lead.Field("Website") is not null),
                ("industry", lead.Field("Industry") is not null), ("owner", lead.Field("OwnerId") is not null),
            };
            foreach (var scope in Scopes(lead.Connection))
                foreach (var (field, filled) in cells)
                {
                    tally.Add(scope, "overall", "(all)", null, filled);
                    tally.Add(scope, "field", field, null, filled);
                    tally.Add(scope, "gbu", lead.Field("GBU__c") ?? "(none)", null, filled);
                    tally.Add(scope, "region", lead.Field("Region__c") ?? "(none)", null, filled);
                    tally.Add(scope, "lead_source", lead.Field("LeadSource") ?? "(none)", null, filled);
                    if (lead.CreatedAt is { } at)
                    {
                        tally.Add(scope, "overall", "(all)", at, filled);
                        tally.Add(scope, "field", field, at, filled);
                    }
                }
        }
        return tally.Figures;
    }

    public Dictionary<string, (long Numerator, long Denominator)> DuplicateRate()
    {
        var tally = new Tally();
        foreach (var group in data.Records.Where(r => r.State == "live").GroupBy(r => (r.Connection, r.Object)))
        {
            var records = group.ToList();
            var parent = Enumerable.Range(0, records.Count).ToArray();
            int Find(int x) => parent[x] == x ? x : parent[x] = Find(parent[x]);
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < records.Count; i++)
                foreach (var key in Keys(records[i]))
                    if (!seen.TryAdd(key, i))
                        parent[Find(i)] = Find(seen[key]);
            for (var i = 0; i < records.Count; i++)
            {
                var original = Enumerable.Range(0, records.Count).Where(j => Find(j) == Find(i))
                    .OrderBy(j => records[j].CreatedAt ?? DateTimeOffset.MaxValue).ThenBy(j => records[j].Id, StringComparer.Ordinal).First();
                foreach (var scope in Scopes(group.Key.Connection))
                    foreach (var week in Weeks(records[i].CreatedAt))
                    {
                        tally.Add(scope, "overall", "(all)", week, i != original);
                        tally.Add(scope, "object", group.Key.Object, week, i != original);
                    }
            }
        }
        return tally.Figures;
    }

    public Dictionary<string, (long Numerator, long Denominator)> EmailRate(bool bounces)
    {
        var sends = data.Signals.Where(s => s.Kind == "smartlead.sent")
            .Select(s => (Signal: s, Hits: new List<string>())).ToList();
        foreach (var outcome in data.Signals.Where(s => s.Kind == "smartlead.reply" || s is { Kind: "smartlead.bounce", BounceClass: "hard" }))
        {
            var before = sends.Where(s => s.Signal.Kind == "smartlead.sent" && s.Signal.Email == outcome.Email && s.Signal.At <= outcome.At)
                .OrderBy(s => outcome.Campaign is not null && s.Signal.Campaign == outcome.Campaign ? 1 : 0).ThenBy(s => s.Signal.At).ThenBy(s => s.Signal.Id)
                .ToList();
            if (before.Count > 0)
                before[^1].Hits.Add(outcome.Kind);
            else
                sends.Add((outcome, [outcome.Kind]));
        }
        var hit = bounces ? "smartlead.bounce" : "smartlead.reply";
        var sets = new Dictionary<string, (HashSet<string> Hit, HashSet<string> All)>(StringComparer.Ordinal);
        foreach (var (signal, hits) in sends)
        {
            var source = Source(signal.Email);
            Count("overall", "(all)", null);
            Count("overall", "(all)", signal.At);
            Count("lead_source", source, null);
            Count("lead_source", source, signal.At);
            Count("sender", signal.Sender?[..12] ?? "(unknown)", null);
            Count("campaign", signal.Campaign ?? "(unknown)", null);

            void Count(string dimension, string member, DateTimeOffset? week)
            {
                var key = Tally.Key(Headline, dimension, member, week);
                if (!sets.TryGetValue(key, out var set))
                    sets[key] = set = ([], []);
                set.All.Add(signal.Email);
                if (hits.Contains(hit))
                    set.Hit.Add(signal.Email);
            }
        }
        return sets.ToDictionary(s => s.Key, s => ((long)s.Value.Hit.Count, (long)s.Value.All.Count), StringComparer.Ordinal);
    }

    /// <summary>Seconds to first touch of the headline's Leads, sorted, and how many were synced.</summary>
    public (List<double> Seconds, long Synced) FirstTouch()
    {
        var seconds = new List<double>();
        var synced = 0L;
        foreach (var lead in data.Records.Where(r => r.Object == "Lead" && r.State != "deleted" && r.Connection != Staging))
        {
            var moments = data.Cells.Where(c => c.State == "verified" && c.Connection == lead.Connection && c.RecordId == lead.Id).Select(c => c.VerifiedAt).ToList();
            if (lead.Field("LeadSource") == "Clay" && lead.CreatedAt is not null)
                moments.Add(lead.CreatedAt);
            if (moments.Min() is not { } sync)
                continue;
            synced++;
            var touches = data.Signals.Where(s => s.Kind == "smartlead.sent" && s.Email == lead.Field("Email")?.ToLowerInvariant()).Select(s => s.At).ToList();
            if (touches.Count > 0 && touches.Min() > sync)
                seconds.Add((touches.Min() - sync).TotalSeconds);
        }
        seconds.Sort();
        return (seconds, synced);
    }

    /// <summary>Quantile by linear interpolation between the two nearest ranks.</summary>
    public static double Quantile(List<double> sorted, double q)
    {
        var at = q * (sorted.Count - 1);
        var low = (int)Math.Floor(at);
        return sorted[low] + ((at - low) * (sorted[Math.Min(low + 1, sorted.Count - 1)] - sorted[low]));
    }

    private string Source(string email) => data.Records
        .Where(r => r.Object == "Lead" && r.Connection != Staging && r.State != "deleted" && r.Field("Email")?.ToLowerInvariant() == email)
        .OrderBy(r => r.State == "live" ? 0 : 1).ThenBy(r => r.CreatedAt ?? DateTimeOffset.MaxValue).ThenBy(r => r.Id, StringComparer.Ordinal)
        .Select(r => r.Field("LeadSource") ?? "(none)").FirstOrDefault() ?? "(not in CRM)";

    private static IEnumerable<string> Keys(TestRecord record)
    {
        if (record.Field("Email") is { } email)
            yield return "e" + email.ToLowerInvariant();
        if (record.Field("LinkedIn_URL__c") is { } linkedIn)
            yield return "l" + linkedIn.ToLowerInvariant();
        if (record.Field("FirstName") is { } first && record.Field("LastName") is { } last && record.Field("Company") is { } company)
            yield return $"n{first}|{last}|{company}".ToLowerInvariant();
    }

    private static string[] Scopes(string connection) => connection == Staging ? [connection] : [connection, Headline];

    private static IEnumerable<DateTimeOffset?> Weeks(DateTimeOffset? at) => at is null ? [null] : [null, at];

    private sealed class Tally
    {
        public Dictionary<string, (long Numerator, long Denominator)> Figures { get; } = new(StringComparer.Ordinal);

        public static string Key(string scope, string dimension, string member, DateTimeOffset? at) => $"{scope}|{dimension}|{member}|{(at is { } a ? Week(a) : "")}";

        public void Add(string scope, string dimension, string member, DateTimeOffset? at, bool hit)
        {
            var key = Key(scope, dimension, member, at);
            var (numerator, denominator) = Figures.GetValueOrDefault(key);
            Figures[key] = (numerator + (hit ? 1 : 0), denominator + 1);
        }

        private static string Week(DateTimeOffset at) =>
            string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(at.UtcDateTime):0000}-W{ISOWeek.GetWeekOfYear(at.UtcDateTime):00}");
    }
}
