using ClayAspire.CrmSandbox.Salesforce.Conversion;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Rules;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>What an administrator of a real org does in its set-up or over SOAP: rules, picklists, conversion, merge, undelete.</summary>
internal static class OrgEndpoints
{
    public static void MapOrg(this RouteGroupBuilder twin, SalesforceOrg org)
    {
        twin.MapPost("/validation-rules", (IReadOnlyList<ValidationRule> rules) => Changed(() => org.ValidationRules.Set(rules)));
        twin.MapGet("/validation-rules", () => Results.Json(org.ValidationRules.All));
        twin.MapPost("/duplicate-rules", (IReadOnlyList<DuplicateRule> rules) => Changed(() => org.DuplicateRules.Set(rules)));
        twin.MapGet("/duplicate-rules", () => Results.Json(org.DuplicateRules.All));
        twin.MapPost("/assignment-rule", (AssignmentOrder order) => Changed(() => org.Assignment.Set(order.OwnerId)));
        twin.MapPost("/picklists", (PicklistChange change) => Changed(() =>
        {
            if (org.Schema.Find(change.Object) is not { } type || type.Find(change.Field) is not { } field)
                throw new InvalidDataException("Name an object and one of its fields.");
            org.Picklists.Set(field, change.Value, change.Active, change.Restricted);
        }));
        twin.MapPost("/clock", (ClockOrder order) => Changed(() => Clock(org).Advance(TimeSpan.FromSeconds(order.AdvanceSeconds))));
        twin.MapPost("/undelete", (UndeleteOrder order) => TwinEndpoints.Refusable(() => Results.Json(new { undeleted = Edits.Undelete(org, order.Ids) })));
        twin.MapPost("/convert", (ConvertOrder order) => Convert(org, order));
        twin.MapPost("/merge", (MergeOrder order) => Changed(() => Throw(Acts.As(org, order.By, (user, transaction) => new Merging(org, user, transaction).Merge(order.Id, order.Others ?? [])))));
    }

    private static TwinClock Clock(SalesforceOrg org) =>
        org.Clock as TwinClock ?? throw new InvalidDataException("This twin runs on a clock that somebody else moves.");

    private static IResult Convert(SalesforceOrg org, ConvertOrder order) => TwinEndpoints.Refusable(() =>
    {
        ConversionResult? result = null;
        Throw(Acts.As(org, order.By, (user, transaction) => (result = new LeadConversion(org, user, transaction).Convert(
            new ConversionOrder(order.LeadId, null, order.AccountId, order.ContactId, order.CreateOpportunity, OverwriteLeadSource: order.OverwriteLeadSource))).Error));
        return Results.Json(new { result!.AccountId, result.ContactId, result.OpportunityId });
    });

    private static IResult Changed(Action change) => TwinEndpoints.Refusable(() =>
    {
        change();
        return Results.NoContent();
    });

    private static void Throw(RowError? error)
    {
        if (error is not null)
            throw new InvalidDataException($"{error.Code}: {error.Message}.");
    }
}

/// <summary>The body of <c>POST /_twin/assignment-rule</c>: to whom leads made over the API go; null: no rule.</summary>
internal sealed record AssignmentOrder(string? OwnerId);

/// <summary>The body of <c>POST /_twin/picklists</c>.</summary>
internal sealed record PicklistChange(string Object, string Field, string? Value = null, bool? Active = null, bool? Restricted = null);

/// <summary>The body of <c>POST /_twin/undelete</c>.</summary>
internal sealed record UndeleteOrder(IReadOnlyList<string>? Ids);

/// <summary>The body of <c>POST /_twin/convert</c>.</summary>
internal sealed record ConvertOrder(string? LeadId, string? AccountId = null, string? ContactId = null, bool CreateOpportunity = false, bool OverwriteLeadSource = false, string By = "human");

/// <summary>The body of <c>POST /_twin/merge</c>: the survivor, and who goes into it.</summary>
internal sealed record MergeOrder(string? Id, IReadOnlyList<string>? Others, string By = "human");

/// <summary>The body of <c>POST /_twin/clock</c>.</summary>
internal sealed record ClockOrder(double AdvanceSeconds);
