using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>One authenticated API request. <paramref name="within"/>: the transaction that it is a part of, when a composite request shares one.</summary>
internal sealed class ApiCall(SalesforceOrg org, ApiRequest request, SandboxUser user, StoreTransaction? within = null)
{
    public SalesforceOrg Org { get; } = org;
    public ApiRequest Request { get; } = request;
    public HttpContext Http => Request.Http;
    public SandboxUser User { get; } = user;
    public AccessRights Rights => User.Rights;

    /// <summary>The request's JSON; undefined when there is none.</summary>
    public JsonElement Body => Request.Body;

    /// <summary>Whether a composite request asks this part to be all or none, whatever the part itself says.</summary>
    public bool SharesTransaction => within is not null;

    public string Version => $"v{Route("version")}";

    /// <summary>The API version as a number, 62.0; 0 when the address has none.</summary>
    public decimal VersionNumber => decimal.TryParse(Request.Route.GetValueOrDefault("version") as string, NumberStyles.Number, CultureInfo.InvariantCulture, out var version) ? version : 0;

    /// <summary>Path of the data services below the org's base, as it stands in the answers: <c>/services/data/v62.0</c>.</summary>
    public string DataPath => $"/services/data/{Version}";

    public string Route(string name) => (string)Request.Route[name]!;

    public string? Query(string name) => Request.Query[name] is [{ } value, ..] ? value : null;

    public string Header(string name) => Request.Headers[name].ToString();

    /// <summary>Reads under the org's lock.</summary>
    public T Read<T>(Func<T> read) => within is null ? Org.Store.Read(read) : read();

    /// <summary>Writes in a transaction of its own, or in the one that a composite request shares.</summary>
    public T Write<T>(Func<StoreTransaction, T> write) => within is null ? Org.Store.Write(write) : write(within);

    /// <summary>A part of this request as a call of the same user.</summary>
    public ApiCall Part(ApiRequest part, StoreTransaction? shared = null) => new(Org, part, User, shared ?? within);

    /// <summary>An object that the caller may see; else the 404 that the platform gives for both "no such object" and "no access".</summary>
    public ObjectDefinition ObjectFromRoute() =>
        Org.Schema.Find(Route("type")) is { } type && Rights.CanRead(type) ? type : throw ApiFailure.NotFound();
}
