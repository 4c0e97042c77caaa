using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Demo;

/// <summary>Puts the demo organisation into an empty org and finds it again on later starts.</summary>
internal static class DemoSeeder
{
    private const string SeedProperty = "demo.seed";
    private const string AnchorProperty = "demo.anchor";
    private const double HumanEdits = 0.03;

    /// <summary>Seeds the org when it holds nothing yet.</summary>
    public static void Seed(SalesforceOrg org, int seed)
    {
        if (!org.IsEmpty)
            return;
        var now = org.Clock.GetUtcNow();
        var demo = new DemoOrganisation(org, seed, new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero));
        BulkLoad.Load(org, Records(org, demo));
        org.Store.SetProperty(SeedProperty, seed.ToString(CultureInfo.InvariantCulture));
        org.Store.SetProperty(AnchorProperty, demo.Anchor.ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>The organisation that the org was seeded with; null when it was not.</summary>
    public static DemoOrganisation? Find(SalesforceOrg org)
    {
        var (seed, anchor) = org.Store.Read(() => (org.Store.Properties.GetValueOrDefault(SeedProperty), org.Store.Properties.GetValueOrDefault(AnchorProperty)));
        return seed is null || anchor is null
            ? null
            : new DemoOrganisation(org, int.Parse(seed, CultureInfo.InvariantCulture), DateTimeOffset.Parse(anchor, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string Type, JsonElement Values)> Records(SalesforceOrg org, DemoOrganisation demo)
    {
        foreach (var (owner, i) in DemoNames.Owners.Select((o, i) => (o, i)))
        {
            var address = $"{owner.First}.{owner.Last}@crm-sandbox.example".ToLowerInvariant();
            yield return ("User", Row(("Id", demo.Owners[i]), ("FirstName", owner.First), ("LastName", owner.Last), ("Username", address), ("Email", address),
                ("Title", "Account Executive"), ("Region__c", owner.Region), ("IsActive", owner.Active), ("ProfileId", BaseUsers.SalesProfileId(org)), Created(demo.Anchor.AddDays(-400))));
        }

        foreach (var campaign in demo.Campaigns)
        {
            yield return ("Campaign", Row(("Id", campaign.Id), ("Name", campaign.Name), ("Type", "Email"), ("Status", "In Progress"), ("IsActive", true),
                ("StartDate", campaign.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("GBU__c", campaign.Gbu.Length == 0 ? null : campaign.Gbu),
                ("Smartlead_Campaign_Id__c", campaign.SmartleadId.ToString(CultureInfo.InvariantCulture)), ("OwnerId", demo.Owners[0]), Created(campaign.Start.AddDays(-2))));
            yield return ("CampaignMemberStatus", Row(("CampaignId", campaign.Id), ("Label", "Sent"), ("SortOrder", 1), ("IsDefault", true), ("HasResponded", false)));
            yield return ("CampaignMemberStatus", Row(("CampaignId", campaign.Id), ("Label", "Responded"), ("SortOrder", 2), ("IsDefault", false), ("HasResponded", true)));
        }

        var converted = 0;
        foreach (var lead in demo.Leads)
        {
            var (account, contact) = (org.IdOf("001", converted + 1), org.IdOf("003", converted + 1));
            if (lead.Converted)
            {
                converted++;
                yield return ("Account", Row(("Id", account), ("Name", lead.CompanyName), ("Website", lead.Website), ("Industry", lead.Company.Industry), ("OwnerId", lead.OwnerId), Created(lead.Created)));
                yield return ("Contact", Row(("Id", contact), ("AccountId", account), ("FirstName", lead.FirstName), ("LastName", lead.LastName), ("Email", lead.Email),
                    ("Title", lead.Title), ("OwnerId", lead.OwnerId), ("GBU__c", lead.Company.Gbu), ("Region__c", lead.Company.Region), Created(lead.Created)));
            }

            yield return ("Lead", LeadRow(org, demo, lead, account, contact));
        }

        foreach (var lead in demo.Leads.Where(l => l.Email is not null))
        {
            yield return ("Prospect", Row(("email", lead.Email), ("firstName", lead.FirstName), ("lastName", lead.LastName), ("company", lead.CompanyName), ("salesforceLeadId", lead.Id),
                ("salesforceOwnerId", lead.OwnerId), ("isEmailHardBounced", lead.PardotHardBounced), ("isDoNotEmail", lead.PardotHardBounced),
                ("emailBouncedAt", lead.PardotHardBounced ? FieldCodec.Format(lead.Created) : null), ("emailBouncedReason", lead.PardotHardBounced ? "550 5.1.1 mailbox unknown" : null),
                ("optedOut", lead.OptedOut), ("isDoNotCall", lead.DoNotCall), ("score", lead.Number * 7 % 140), ("source", lead.LeadSource), Created(lead.Created)));
        }

        foreach (var member in demo.Members)
        {
            yield return ("CampaignMember", Row(("Id", member.Id), ("CampaignId", member.Campaign.Id), ("LeadId", member.Lead.Id), ("Status", "Sent"),
                ("Sync_Key__c", member.Campaign.Id[..15] + member.Lead.Id[..15]), Created(member.Created)));
        }

        foreach (var edit in Edits(demo))
            yield return edit;
    }

    private static JsonElement LeadRow(SalesforceOrg org, DemoOrganisation demo, DemoLead lead, string account, string contact)
    {
        var company = lead.Company;
        var modified = lead.PardotHardBounced ? org.PardotUserId : lead.OwnerId;
        return Row(
            ("Id", lead.Id), ("FirstName", lead.FirstName), ("LastName", lead.LastName), ("Title", lead.Title), ("Company", lead.CompanyName), ("City", company.City),
            ("Country", company.Country), ("Phone", $"{company.Phone}{lead.Number % 100:D2}"), ("Email", lead.Email), ("Website", lead.Website), ("LeadSource", lead.LeadSource),
            ("Status", lead.Status), ("Industry", lead.Industry), ("NumberOfEmployees", company.Employees), ("OwnerId", lead.OwnerId), ("LinkedIn_URL__c", lead.LinkedIn),
            ("Region__c", company.Region), ("GBU__c", company.Gbu), ("company_description__c", lead.Description), ("pi__pardot_hard_bounced__c", lead.PardotHardBounced),
            ("pi__score__c", lead.Number * 7 % 140), ("HasOptedOutOfEmail", lead.OptedOut), ("DoNotCall", lead.DoNotCall), ("IsConverted", lead.Converted),
            ("ConvertedDate", lead.Converted ? lead.Created.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null),
            ("ConvertedAccountId", lead.Converted ? account : null), ("ConvertedContactId", lead.Converted ? contact : null),
            ("CreatedById", lead.OwnerId), ("LastModifiedById", modified), Created(lead.Created));
    }

    // Some fields were typed by sales people; the field history is where that can be seen.
    private static IEnumerable<(string Type, JsonElement Values)> Edits(DemoOrganisation demo)
    {
        var random = new Random(demo.Seed + 1);
        foreach (var lead in demo.Leads.Where(_ => random.NextDouble() < HumanEdits))
        {
            var at = lead.Created.AddHours(random.Next(1, 48));
            if (at >= demo.Anchor)
                continue;
            var (field, value) = lead.Industry is not null && random.Next(2) == 0 ? ("Industry", lead.Industry) : ("Title", lead.Title);
            yield return ("LeadHistory", Row(("LeadId", lead.Id), ("Field", field), ("DataType", field == "Industry" ? "Picklist" : "String"),
                ("NewValue", value), ("CreatedById", lead.OwnerId), Created(at)));
        }
    }

    private static (string, object?) Created(DateTimeOffset at) => ("CreatedDate", FieldCodec.Format(at));

    private static JsonElement Row(params IEnumerable<(string Name, object? Value)> fields)
    {
        var row = fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        return JsonSerializer.SerializeToElement(row);
    }
}
