using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Exports;

/// <summary>One member of a campaign with the people that it stands for, read just before an export (seed 1: "Campaign Member export (SFDC to Clay)").</summary>
/// <param name="Member">The campaign member.</param>
/// <param name="Lead">Its lead; null when it has none.</param>
/// <param name="Contact">Its contact; null when it has none.</param>
public sealed record ExportedMember(LiveRecord Member, LiveRecord? Lead, LiveRecord? Contact)
{
    /// <summary>Fields of a campaign member that an export reads.</summary>
    public static IReadOnlyList<string> MemberFields { get; } = ["CampaignId", "LeadId", "ContactId", "Email", "CompanyOrAccount", "ReplyClassification__c"];

    /// <summary>Fields of leads and contacts that an export reads; those that an object lacks are left out.</summary>
    public static IReadOnlyList<string> PersonFields { get; } =
    [
        "FirstName", "LastName", "Company", "Email", "Title", "Website", "LinkedIn_URL__c", "GBU__c", "HasOptedOutOfEmail",
        "external_hard_bounced__c", "pi__pardot_hard_bounced__c", "overall_hard_bounced__c", "Cold_Lead_Eligible__c",
    ];

    private const string Eligible = "Cold_Lead_Eligible__c";

    private static readonly string[] BounceFlags = ["pi__pardot_hard_bounced__c", "external_hard_bounced__c", "overall_hard_bounced__c"];

    /// <summary>Who is written to: the contact where there is one, else the lead.</summary>
    public LiveRecord? Person => Contact ?? Lead;

    /// <summary>The address that is written to, in lower case; null when there is none.</summary>
    public string? Email => Person?.Value("Email").Text?.ToLowerInvariant();

    /// <summary>
    /// The same for the same member in every export, so that Clay, or a person in Clay, can tell a row that came twice. 32 hex digits that
    /// tell nothing of the member.
    /// </summary>
    public string RowKey => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Member.Key.Connection}\n{Member.Key.Id}")))[..32];

    /// <summary>Why the member must not be exported; null when it may. The flags of lead and contact count both: one of them is enough.</summary>
    public Reason? Excluded()
    {
        if (Person is not { } person)
            return new Reason("no-person", "The member has neither a lead nor a contact that can be read. Look at it in the CRM.");
        if (Lead is { State: RecordState.Converted })
            return new Reason("converted", "The lead was converted: sales work with this person now.");
        if (person.State != RecordState.Live)
            return new Reason("gone", $"The {person.Key.Object.ToLowerInvariant()} was {person.State.ToString().ToLowerInvariant()} in the CRM.");
        if (Has("HasOptedOutOfEmail"))
            return new Reason("opted-out", "The person opted out of e-mail.");
        if (BounceFlags.Any(Has))
            return new Reason("hard-bounced", "The address bounced hard: Pardot's flag OR ours.");
        if (Member.Value("ReplyClassification__c").Text == "Do Not Contact")
            return new Reason("do-not-contact", "The person answered in this campaign that nobody is to write.");
        if (Email is null)
            return new Reason("no-email", "There is no e-mail address. Enrich it first.");
        // Where the formula cannot be seen the flags above have decided; contacts do not have it.
        if (Lead is { } lead && Contact is null && lead.Values.ContainsKey(Eligible) && lead.Value(Eligible) != FieldValue.True)
            return new Reason("not-eligible", $"The CRM's own formula says no: {Eligible} is false.");
        return null;
    }

    /// <summary>What is sent for the member, by column; blanks are left out. Nothing but what Clay needs to find and enrich the person.</summary>
    /// <param name="campaignName">The campaign's name.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Row(string campaignName)
    {
        var person = Person ?? throw new InvalidOperationException($"Member {Member.Key.Id} has nobody to send.");
        (string Column, string? Value)[] cells =
        [
            ("clayaspire_key", RowKey), ("salesforce_id", person.Key.Id), ("salesforce_object", person.Key.Object), ("campaign_member_id", Member.Key.Id),
            ("salesforce_campaign_id", Member.Value("CampaignId").Text), ("campaign_name", campaignName), ("email", Email),
            ("first_name", person.Value("FirstName").Text), ("last_name", person.Value("LastName").Text),
            ("company", person.Value("Company").Text ?? Member.Value("CompanyOrAccount").Text), ("title", person.Value("Title").Text),
            ("website", person.Value("Website").Text), ("linkedin_url", person.Value("LinkedIn_URL__c").Text), ("gbu", person.Value("GBU__c").Text),
        ];
        return [.. cells.Where(c => !string.IsNullOrEmpty(c.Value)).Select(c => KeyValuePair.Create(c.Column, c.Value!))];
    }

    /// <summary>The columns of <see cref="Row"/> in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "clayaspire_key", "salesforce_id", "salesforce_object", "campaign_member_id", "salesforce_campaign_id", "campaign_name", "email", "first_name", "last_name", "company",
        "title", "website", "linkedin_url", "gbu",
    ];

    private bool Has(string flag) => Lead?.Value(flag) == FieldValue.True || Contact?.Value(flag) == FieldValue.True;
}
