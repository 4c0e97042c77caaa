using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Soql;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>Account Engagement API v5: reading prospects. The token is Salesforce's, the business unit stands in a header.</summary>
internal static class ProspectEndpoints
{
    private static readonly string[] Orders = ["id", "createdAt", "updatedAt"];

    public static void MapPardot(this IEndpointRouteBuilder routes, PardotAccount account)
    {
        var group = routes.MapGroup($"/{account.Name}");
        group.MapGet("/api/v5/objects/prospects", http => Answer(account, http, call => Query(account, call)));
        group.MapGet("/api/v5/objects/prospects/{id:long}", http => Answer(account, http, call => Get(account, call)));
        group.MapPardotTwin(account);
    }

    private static async Task Answer(PardotAccount account, HttpContext http, Func<HttpContext, ApiResponse> handle)
    {
        ApiResponse response;
        try
        {
            response = Handle(account, http, handle);
        }
        catch (PardotFailure failure)
        {
            response = ApiResponse.Json(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("code", failure.Code);
                json.WriteString("message", failure.Message);
                json.WriteEndObject();
            }, failure.Status);
        }

        http.Response.StatusCode = response.Status;
        http.Response.ContentType = ApiResponse.JsonType;
        await http.Response.Body.WriteAsync(response.Body, http.RequestAborted);
    }

    private static ApiResponse Handle(PardotAccount account, HttpContext http, Func<HttpContext, ApiResponse> handle)
    {
        var (rules, header) = (account.Rules, http.Request.Headers.Authorization.ToString());
        var user = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? account.Org.Sessions.Find(header[7..].Trim()) : null;
        if (user is null || !MayRead(account, user))
            throw new PardotFailure(401, rules.TokenCode, "access_token is invalid, expired, or lacks the scope pardot_api.");
        if (SalesforceId.Normalize(http.Request.Headers["Pardot-Business-Unit-Id"].ToString()) != account.BusinessUnitId)
            throw new PardotFailure(401, rules.BusinessUnitCode, "Business Unit ID not found or inactive. Send it in the header Pardot-Business-Unit-Id.");
        if (!account.TryEnter())
            throw new PardotFailure(429, rules.ConcurrentCode, "The maximum number of concurrent API requests is exceeded.");
        try
        {
            return account.Quota.TryTake() ? handle(http) : throw new PardotFailure(429, rules.DailyCode, "The daily API rate limit is met.");
        }
        finally
        {
            account.Leave();
        }
    }

    // Whoever may not see leads has no business with prospects.
    private static bool MayRead(PardotAccount account, SandboxUser user) => user.Rights.CanRead(account.Org.Schema.Get("Lead"));

    private static ApiResponse Get(PardotAccount account, HttpContext http)
    {
        var names = Names(account, http);
        var id = account.Org.IdOf(account.Org.Schema.Get("Prospect").KeyPrefix, long.Parse((string)http.Request.RouteValues["id"]!, CultureInfo.InvariantCulture));
        return account.Org.Store.Read(() => account.Org.Store.Table("Prospect").Find(id) is { IsDeleted: false } found
            ? ApiResponse.Json(json => ProspectFields.Write(json, found, names))
            : throw new PardotFailure(404, account.Rules.NotFoundCode, "Prospect not found."));
    }

    private static ApiResponse Query(PardotAccount account, HttpContext http)
    {
        var names = Names(account, http);
        var limit = Text(http, account.Rules.LimitParameter) is { } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted is > 0 && wanted <= account.Rules.LargestPage ? wanted : throw Bad(account, account.Rules.LimitParameter)
            : account.Rules.Page;
        return account.Org.Store.Read(() =>
        {
            var ids = Text(http, account.Rules.TokenParameter) is { } token
                ? account.Rest(token) ?? throw Bad(account, account.Rules.TokenParameter)
                : Matching(account, http);
            var table = account.Org.Store.Table("Prospect");
            var page = ids.Take(limit).Select(table.Find).OfType<Record>().ToList();
            var next = ids.Count > limit ? account.Keep([.. ids.Skip(limit)]) : null;
            return ApiResponse.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("values");
                foreach (var prospect in page)
                    ProspectFields.Write(json, prospect, names);
                json.WriteEndArray();
                if (next is null)
                {
                    json.WriteNull("nextPageToken");
                    json.WriteNull("nextPageUrl");
                }
                else
                {
                    json.WriteString("nextPageToken", next);
                    json.WriteString("nextPageUrl", string.Create(CultureInfo.InvariantCulture,
                        $"{http.Request.Scheme}://{http.Request.Host}/{account.Name}/api/v5/objects/prospects?fields={string.Join(',', names)}&{account.Rules.LimitParameter}={limit}&{account.Rules.TokenParameter}={Uri.EscapeDataString(next)}"));
                }

                json.WriteEndObject();
            });
        });
    }

    private static List<string> Matching(PardotAccount account, HttpContext http)
    {
        var table = account.Org.Store.Table("Prospect");
        var (email, since, until, record) = (Text(http, "email"), Moment(account, http, "updatedAtAfterOrEqualTo"), Moment(account, http, "updatedAtBeforeOrEqualTo"), Text(http, "salesforceId"));
        var order = Text(http, "orderBy")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? ["id"];
        if (order.Length is 0 or > 2 || !Orders.Contains(order[0], StringComparer.Ordinal) || (order.Length == 2 && !order[1].Equals("ASC", StringComparison.OrdinalIgnoreCase) && !order[1].Equals("DESC", StringComparison.OrdinalIgnoreCase)))
            throw Bad(account, "orderBy");
        var found = (email is null ? table.Records : table.Lookup("email", email))
            .Where(r => !r.IsDeleted && (since is null || Updated(r) >= since) && (until is null || Updated(r) <= until)
                && (record is null || (string?)ProspectFields.Value(r, "salesforceId") == SalesforceId.Normalize(record)))
            .OrderBy(r => ProspectFields.Value(r, order[0]), Comparer<object?>.Create(ValueOrder.Compare)).ThenBy(r => r.Id, StringComparer.Ordinal).Select(r => r.Id).ToList();
        if (order is [_, var direction] && direction.Equals("DESC", StringComparison.OrdinalIgnoreCase))
            found.Reverse();
        return found;
    }

    private static DateTimeOffset Updated(Record prospect) => (DateTimeOffset)prospect["SystemModstamp"]!;

    private static DateTimeOffset? Moment(PardotAccount account, HttpContext http, string name) => Text(http, name) is not { } text ? null
        : DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment
        : throw Bad(account, name);

    private static string[] Names(PardotAccount account, HttpContext http)
    {
        var names = Text(http, "fields")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (names.Length == 0)
            throw new PardotFailure(400, account.Rules.ParameterCode, "Missing parameter: fields");
        return names.FirstOrDefault(n => !ProspectFields.Exists(n)) is { } unknown
            ? throw new PardotFailure(400, account.Rules.ParameterCode, $"Invalid parameter: fields names an unknown field {unknown}")
            : [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static string? Text(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    private static PardotFailure Bad(PardotAccount account, string name) => new(400, account.Rules.ParameterCode, $"Invalid parameter: {name}");
}

/// <summary>A refused call of Account Engagement's API.</summary>
internal sealed class PardotFailure(int status, int code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public int Code { get; } = code;
}
