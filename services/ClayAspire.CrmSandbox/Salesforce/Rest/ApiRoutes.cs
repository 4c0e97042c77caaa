using Microsoft.AspNetCore.Routing.Template;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>The handlers of an org by method and pattern, so that a composite request can find those of its parts.</summary>
internal sealed class ApiRoutes
{
    private readonly List<(string Method, TemplateMatcher Matcher, decimal Precedence, Func<ApiCall, ApiResponse> Handle)> routes = [];

    public void Add(string method, string pattern, Func<ApiCall, ApiResponse> handle)
    {
        var template = TemplateParser.Parse(pattern.TrimStart('/'));
        routes.Add((method, new TemplateMatcher(template, []), RoutePrecedence.ComputeInbound(template), handle));
    }

    /// <summary>The most specific handler of an address below the org's base; null when there is none.</summary>
    public (Func<ApiCall, ApiResponse> Handle, RouteValueDictionary Values)? Find(string method, PathString path)
    {
        foreach (var route in routes.Where(r => r.Method.Equals(method, StringComparison.OrdinalIgnoreCase)).OrderBy(r => r.Precedence))
        {
            var values = new RouteValueDictionary();
            if (route.Matcher.TryMatch(path, values))
                return (route.Handle, values);
        }

        return null;
    }
}
