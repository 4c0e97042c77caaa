using Microsoft.Extensions.Configuration;

namespace ClayAspire.Connectors;

/// <summary>One CRM account, bound from <c>Connections:&lt;name&gt;</c>. README.md lists keys, defaults and units.</summary>
public sealed class ConnectionSettings
{
    /// <summary>The configuration section that holds all connections.</summary>
    public const string Section = "Connections";

    /// <summary>The kind that this build knows.</summary>
    public const string SalesforceKind = "salesforce";

    /// <summary>Kind of CRM; only <c>salesforce</c> so far.</summary>
    public string Kind { get; set; } = SalesforceKind;

    /// <summary>Salesforce: the My Domain address, such as <c>https://acme.my.salesforce.com</c>.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>Consumer key of the connected app.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Consumer secret; for the client-credentials flow.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>User name; for the JWT bearer flow.</summary>
    public string? Username { get; set; }

    /// <summary>Private key in PEM; for the JWT bearer flow.</summary>
    public string? PrivateKeyPem { get; set; }

    /// <summary>Audience of the JWT bearer assertion. Default: <c>https://login.salesforce.com</c>.</summary>
    public string Audience { get; set; } = "https://login.salesforce.com";

    /// <summary>API version. Default: 66.0.</summary>
    public string ApiVersion { get; set; } = "66.0";

    /// <summary>Seconds after which a call's answer counts as lost. Default: 10.</summary>
    public double TimeoutSeconds { get; set; } = 10;

    /// <summary>Share of the daily call budget that we use at most; the rest is for others. Default: 0.8.</summary>
    public double QuotaShare { get; set; } = 0.8;

    /// <summary>Records of one object above which they are written by a bulk job. Default: 2000, Salesforce's own advice.</summary>
    public int BulkAbove { get; set; } = 2000;

    /// <summary>Records above which a whole object is read by a bulk query, which costs about five calls; a page of 2,000 costs one. Default: 10000.</summary>
    public int BulkReadAbove { get; set; } = 10_000;

    /// <summary>Seconds before the first look at a bulk query; later looks come ever more seldom, up to 30 seconds. Default: 2.</summary>
    public double BulkQueryPollSeconds { get; set; } = 2;

    /// <summary>Reads all connections and lists everything that is wrong with them, each with its remedy.</summary>
    public static IReadOnlyDictionary<string, ConnectionSettings> Load(IConfiguration configuration, out IReadOnlyList<string> problems)
    {
        var found = new SortedDictionary<string, ConnectionSettings>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            try
            {
                var settings = section.Get<ConnectionSettings>() ?? new ConnectionSettings();
                wrong.AddRange(settings.Problems(section.Key));
                found.Add(section.Key, settings);
            }
            catch (InvalidOperationException e)
            {
                wrong.Add($"{Section}:{section.Key} cannot be read: {e.Message} Mend the value's type.");
            }
        }
        problems = wrong;
        return found;
    }

    private IEnumerable<string> Problems(string name)
    {
        var at = $"{Section}:{name}";
        if (Kind != SalesforceKind)
            yield return $"{at}:Kind is '{Kind}'. Set it to '{SalesforceKind}'.";
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            yield return $"{at}:BaseUrl is no web address. Set it to the account's My Domain address, such as https://acme.my.salesforce.com.";
        else if (url.Scheme == "http" && !url.IsLoopback)
            yield return $"{at}:BaseUrl is plain http to another machine. Use https, or the secret travels in clear.";
        if (string.IsNullOrWhiteSpace(ClientId))
            yield return $"{at}:ClientId is missing. Set it to the connected app's consumer key.";
        var jwt = !string.IsNullOrWhiteSpace(PrivateKeyPem);
        if (!jwt && string.IsNullOrWhiteSpace(ClientSecret))
            yield return $"{at} has neither ClientSecret nor PrivateKeyPem. Set ClientSecret (client credentials), or Username and PrivateKeyPem (JWT bearer).";
        if (jwt && string.IsNullOrWhiteSpace(Username))
            yield return $"{at}:Username is missing. The JWT bearer flow needs the integration user's name.";
        if (!System.Text.RegularExpressions.Regex.IsMatch(ApiVersion, @"^\d{2,3}\.0$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)))
            yield return $"{at}:ApiVersion is '{ApiVersion}'. Write it like 66.0.";
        if (TimeoutSeconds is not (> 0 and <= 300))
            yield return $"{at}:TimeoutSeconds must be above 0 and at most 300.";
        if (QuotaShare is not (> 0 and <= 1))
            yield return $"{at}:QuotaShare must be above 0 and at most 1.";
        if (BulkAbove < 1)
            yield return $"{at}:BulkAbove must be at least 1 record.";
        if (BulkReadAbove < 1)
            yield return $"{at}:BulkReadAbove must be at least 1 record.";
        if (BulkQueryPollSeconds is not (>= 0.01 and <= 600))
            yield return $"{at}:BulkQueryPollSeconds must be 0.01 to 600.";
    }
}
