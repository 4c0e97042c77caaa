using ClayAspire.CrmSandbox.Salesforce;

namespace ClayAspire.CrmSandbox.Demo;

internal sealed record DemoCompany(string Name, string Domain, string Industry, string Gbu, string Region, string Country, string City, string Phone, int Employees);

internal sealed record DemoLead(
    int Number, string Id, string FirstName, string LastName, string Title, DemoCompany Company, string CompanyName, string? Email, string? LinkedIn, string? Website,
    string? Industry, string? Description, string LeadSource, string Status, string OwnerId, DateTimeOffset Created, bool PardotHardBounced, bool OptedOut, bool DoNotCall, bool Converted)
{
    /// <summary>Whether a sequencer would have been given this address.</summary>
    public bool CanBeMailed => Email is not null && !PardotHardBounced && !OptedOut && !Converted && Status != "Unqualified";
}

internal sealed record DemoCampaign(string Id, string Name, string Gbu, int SmartleadId, DateTimeOffset Start);

internal sealed record DemoMember(int Number, string Id, DemoCampaign Campaign, DemoLead Lead, DateTimeOffset Created);

/// <summary>
/// The demo organisation: companies, leads, campaigns and members that follow from a seed and the moment of seeding alone, so that the records in
/// the org, the e-mail events and the Clay rows agree with each other.
/// </summary>
internal sealed class DemoOrganisation
{
    public const int LeadCount = 2000;
    public const int Days = 42;
    private const int CompanyCount = 430;
    private const int Duplicates = 50;
    private static readonly (string Source, double Share)[] Sources = [("Clay", 0.60), ("Web", 0.18), ("Event", 0.14), ("Partner", 0.08)];

    private static readonly (string Status, double Share)[] Statuses =
        [("Open - Not Contacted", 0.52), ("Working - Contacted", 0.25), ("Nurture", 0.09), ("MQL", 0.06), ("SQL", 0.02), ("Unqualified", 0.04), ("Recycle", 0.02)];

    private readonly SalesforceOrg org;
    private readonly Random random;

    public DemoOrganisation(SalesforceOrg org, int seed, DateTimeOffset anchor)
    {
        this.org = org;
        Seed = seed;
        Anchor = anchor;
        random = new Random(seed);
        Owners = [.. DemoNames.Owners.Select((_, i) => org.IdOf("005", org.BaseUserCount + i + 1))];
        Companies = BuildCompanies();
        Leads = BuildLeads();
        Campaigns = [.. DemoNames.Campaigns.Select((c, i) => new DemoCampaign(
            org.IdOf("701", i + 1), c.Name, c.Gbu, 918_200 + i * 37, Morning(anchor.AddDays(-c.StartsDaysAgo))))];
        Members = BuildMembers();
    }

    public int Seed { get; }

    /// <summary>The moment of seeding; everything happened in the six weeks before it.</summary>
    public DateTimeOffset Anchor { get; }

    public IReadOnlyList<string> Owners { get; }
    public IReadOnlyList<DemoCompany> Companies { get; }
    public IReadOnlyList<DemoLead> Leads { get; }
    public IReadOnlyList<DemoCampaign> Campaigns { get; }
    public IReadOnlyList<DemoMember> Members { get; }

    public static string Pick(Random random, (string Value, double Share)[] shares)
    {
        var draw = random.NextDouble();
        foreach (var (value, share) in shares)
        {
            if ((draw -= share) < 0)
                return value;
        }

        return shares[0].Value;
    }

    private static DateTimeOffset Morning(DateTimeOffset moment) => new(moment.Year, moment.Month, moment.Day, 8, 0, 0, TimeSpan.Zero);

    private List<DemoCompany> BuildCompanies()
    {
        var names = DemoNames.CompanyFirst.SelectMany(f => DemoNames.CompanySecond.Select(s => (First: f, Second: s))).ToArray();
        random.Shuffle(names);
        return [.. names.Take(CompanyCount).Select(n =>
        {
            var place = DemoNames.Places[random.Next(DemoNames.Places.Length)];
            var employees = (int)Math.Exp(random.NextDouble() * 6.5 + 2.3);
            // Both endings are reserved: no such domain can exist.
            var domain = $"{n.First}-{n.Second.Word}.{(random.NextDouble() < 0.9 ? "example" : "test")}".ToLowerInvariant();
            return new DemoCompany($"{n.First} {n.Second.Word} {place.LegalForm}", domain, n.Second.Industry, n.Second.Gbu, place.Region, place.Country, place.City, place.Phone, employees);
        })];
    }

    private List<DemoLead> BuildLeads()
    {
        var originals = new List<(DemoLead Lead, DateTimeOffset Created)>();
        for (var i = 0; i < LeadCount - Duplicates; i++)
            originals.Add((BuildLead(i), CreationTime()));
        var all = originals.Select(o => o.Lead with { Created = o.Created }).ToList();
        for (var i = 0; i < Duplicates; i++)
            all.Add(BuildDuplicate(all[random.Next(LeadCount - Duplicates)], exact: i % 2 == 0));
        // Numbers, and so ids, follow the order of creation, as they do in a real org.
        return [.. all.OrderBy(l => l.Created).ThenBy(l => l.LastName, StringComparer.Ordinal).Select((l, i) => l with
        {
            Number = i + 1,
            Id = org.IdOf("00Q", i + 1),
            LinkedIn = l.LinkedIn is null ? null : $"https://www.linkedin.com/in/demo-{Slug(l.FirstName)}-{Slug(l.LastName)}-{i + 1:D4}",
        })];
    }

    private DemoLead BuildLead(int index)
    {
        var company = Companies[(int)(Math.Pow(random.NextDouble(), 1.6) * Companies.Count)];
        var first = DemoNames.FirstNames[random.Next(DemoNames.FirstNames.Length)];
        var last = DemoNames.LastNames[random.Next(DemoNames.LastNames.Length)];
        var source = Pick(random, Sources);
        var local = random.Next(4) switch { 0 => $"{first[0]}.{last}", 1 => $"{first}{last}", 2 => first + last[0], _ => $"{first}.{last}" };
        // The number keeps addresses of namesakes apart; only the seeded duplicates share one.
        var email = $"{Slug(local)}{index % 97:D2}@{company.Domain}";
        var ownersHere = Enumerable.Range(0, Owners.Count).Where(o => DemoNames.Owners[o].Active && DemoNames.Owners[o].Region == company.Region).ToList();
        var owner = random.NextDouble() < 0.06 ? Owners.Count - 1 : ownersHere[random.Next(ownersHere.Count)];
        var converted = random.NextDouble() < 0.02;
        return new DemoLead(
            0, "", first, last, DemoNames.Titles[random.Next(DemoNames.Titles.Length)], company, company.Name,
            random.NextDouble() < 0.03 ? null : email,
            random.NextDouble() < (source == "Clay" ? 0.12 : 0.32) ? null : "yes",
            random.NextDouble() < 0.08 ? null : $"https://www.{company.Domain}",
            random.NextDouble() < (source == "Clay" ? 0.18 : 0.36) ? null : company.Industry,
            random.NextDouble() < 0.85 ? null : Describe(company),
            source, converted ? "Closed - Converted" : Pick(random, Statuses), Owners[owner], default,
            random.NextDouble() < 0.015, random.NextDouble() < 0.015, random.NextDouble() < 0.01, converted);
    }

    public static string Describe(DemoCompany company) =>
        $"{company.Name} is a fictitious {company.Industry.ToLowerInvariant()} company in {company.City}, {company.Country}, with about {company.Employees} employees.";

    private DemoLead BuildDuplicate(DemoLead original, bool exact) => original with
    {
        FirstName = exact || random.Next(2) == 0 ? original.FirstName : original.FirstName[..1] + ".",
        LastName = exact ? original.LastName : original.LastName.ToUpperInvariant(),
        CompanyName = original.CompanyName[..original.CompanyName.LastIndexOf(' ')],
        Email = exact
            ? original.Email ?? $"{Slug(original.LastName)}@{original.Company.Domain}"
            : $"{Slug(original.FirstName[..1] + original.LastName)}@{original.Company.Domain}",
        Industry = null,
        Description = null,
        LeadSource = "Event",
        Status = "Open - Not Contacted",
        Converted = false,
        Created = Earliest(original.Created.AddHours(random.Next(5, 400)), Anchor.AddMinutes(-random.Next(10, 600))),
    };

    private List<DemoMember> BuildMembers()
    {
        var members = new List<(DemoCampaign Campaign, DemoLead Lead, DateTimeOffset Created)>();
        for (var c = 0; c < Campaigns.Count; c++)
        {
            var campaign = Campaigns[c];
            var candidates = Leads.Where(l => !l.Converted).ToArray();
            random.Shuffle(candidates);
            var chosen = candidates.OrderBy(l => campaign.Gbu.Length > 0 && l.Company.Gbu != campaign.Gbu ? 1 : 0).Take(DemoNames.Campaigns[c].Members);
            members.AddRange(chosen.Select(l => (campaign, l, Latest(campaign.Start, l.Created).AddMinutes(random.Next(5, 2000)))));
        }

        return [.. members.Select(m => (m.Campaign, m.Lead, Created: Earliest(m.Created, Anchor.AddMinutes(-1))))
            .OrderBy(m => m.Created).ThenBy(m => m.Lead.Number).Select((m, i) => new DemoMember(i + 1, org.IdOf("00v", i + 1), m.Campaign, m.Lead, m.Created))];
    }

    // Working days and hours, with more in the last weeks than in the first.
    private DateTimeOffset CreationTime()
    {
        while (true)
        {
            var moment = Anchor.AddDays(-Days * Math.Pow(random.NextDouble(), 1.15));
            var quiet = moment.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || moment.Hour is < 6 or > 19;
            if (!quiet || random.NextDouble() < 0.06)
                return new DateTimeOffset(moment.Ticks - moment.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
        }
    }

    private static string Slug(string text) => new([.. text.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '.')]);

    private static DateTimeOffset Earliest(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Latest(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
