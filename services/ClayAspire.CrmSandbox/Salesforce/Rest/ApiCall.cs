using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>One authenticated API request.</summary>
internal sealed class ApiCall(SalesforceOrg org, HttpContext http, SandboxUser user, JsonElement body)
{
    public SalesforceOrg Org { get; } = org;
    public HttpContext Http { get; } = http;
    public SandboxUser User { get; } = user;
    public AccessRights Rights => User.Rights;

    /// <summary>The request's JSON; undefined when there is none.</summary>
    public JsonElement Body { get; } = body;

    public string Version => $"v{Route("version")}";

    /// <summary>Path of the data services below the org's base, as it stands in the answers: <c>/services/data/v62.0</c>.</summary>
    public string DataPath => $"/services/data/{Version}";

    public string Route(string name) => (string)Http.Request.RouteValues[name]!;

    public string? Query(string name) => Http.Request.Query[name] is [{ } value, ..] ? value : null;

    /// <summary>An object that the caller may see; else the 404 that the platform gives for both "no such object" and "no access".</summary>
    public ObjectDefinition ObjectFromRoute() =>
        Org.Schema.Find(Route("type")) is { } type && Rights.CanRead(type) ? type : throw ApiFailure.NotFound();
}
