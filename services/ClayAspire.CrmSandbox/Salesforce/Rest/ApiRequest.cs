using System.Text.Json;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>One request as a handler sees it: it came over HTTP, or is a part of a composite request that did.</summary>
/// <param name="Http">The HTTP request that it came with.</param>
/// <param name="Method">GET, POST, PATCH, PUT or DELETE.</param>
/// <param name="Route">Values of the route pattern.</param>
/// <param name="Query">Parameters of the query string.</param>
/// <param name="Headers">Its own headers.</param>
/// <param name="Content">The body as it came; empty when there is none.</param>
/// <param name="Body">The body as JSON; undefined when there is none, or when it is not JSON.</param>
internal sealed record ApiRequest(
    HttpContext Http, string Method, RouteValueDictionary Route, IQueryCollection Query, IHeaderDictionary Headers, ReadOnlyMemory<byte> Content, JsonElement Body)
{
    /// <summary>What came over HTTP.</summary>
    public static ApiRequest Of(HttpContext http, ReadOnlyMemory<byte> content, JsonElement body) =>
        new(http, http.Request.Method, http.Request.RouteValues, http.Request.Query, http.Request.Headers, content, body);
}
