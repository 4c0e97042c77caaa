using System.Globalization;

namespace ClayAspire.CrmSandbox.Demo;

/// <summary>Rows of a Clay enrichment table for about 500 of the demo's leads, with the blank spellings that Clay sends.</summary>
internal static class DemoClayRows
{
    private const int Rows = 500;
    private static readonly string?[] Blanks = ["", null, "N/A", "undefined", "null"];
    private static readonly string[] Providers = ["linkedin-data", "hunter", "apollo", "clearbit"];

    public static IEnumerable<IReadOnlyDictionary<string, object?>> Of(DemoOrganisation demo)
    {
        var random = new Random(demo.Seed + 3);
        var leads = demo.Leads.ToArray();
        random.Shuffle(leads);
        // Rows are bought for records that lack something; a few complete ones are among them.
        return [.. leads.OrderBy(l => l.Industry is null || l.LinkedIn is null || l.Description is null ? 0 : 1).Take(Rows).OrderBy(l => l.Number).Select(l => Row(demo, l, random))];
    }

    private static Dictionary<string, object?> Row(DemoOrganisation demo, DemoLead lead, Random random)
    {
        object? Blank() => Blanks[random.Next(Blanks.Length)];
        object? Maybe(double share, object? value) => random.NextDouble() < share ? value : Blank();
        var provider = Providers[random.Next(Providers.Length)];
        return new Dictionary<string, object?>
        {
            ["row_id"] = $"r_{lead.Number:D6}",
            ["salesforce_id"] = Maybe(0.93, lead.Id),
            ["email"] = lead.Email is null ? Maybe(0.5, $"{lead.LastName.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal)}.{lead.Number}@{lead.Company.Domain}") : lead.Email,
            ["first_name"] = lead.FirstName,
            ["last_name"] = lead.LastName,
            ["company"] = lead.CompanyName,
            ["domain"] = lead.Company.Domain,
            ["industry"] = Maybe(0.86, lead.Company.Industry),
            ["company_description"] = Maybe(0.8, DemoOrganisation.Describe(lead.Company)),
            ["linkedin_url"] = lead.LinkedIn ?? Maybe(0.6, $"https://www.linkedin.com/in/demo-{lead.LastName.ToLowerInvariant()}-{lead.Number:D4}"),
            ["website"] = Maybe(0.9, $"https://www.{lead.Company.Domain}"),
            ["headcount"] = Maybe(0.8, lead.Company.Employees),
            ["provider"] = provider,
            ["credits"] = provider switch { "linkedin-data" => 0, "hunter" => 1, _ => 2 },
            ["enriched_at"] = demo.Anchor.AddMinutes(-random.Next(60, 60 * 24 * 20)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
    }
}
