using Microsoft.Extensions.Configuration;

namespace ClayAspire.Connectors.Clay;

/// <summary>What is sent to Clay, section <c>Clay</c>. README.md lists keys, defaults and units.</summary>
public sealed class ClaySettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Clay";

    /// <summary>Records a second that a workspace takes; all replicas keep to it together. Default: 10.</summary>
    public double RecordsPerSecond { get; set; } = 10;

    /// <summary>Seconds after which an answer counts as lost. Default: 30.</summary>
    public double TimeoutSeconds { get; set; } = 30;

    /// <summary>Share of a webhook's lifetime from which on it is warned of. Default: 0.8.</summary>
    public double WarnShare { get; set; } = 0.8;

    /// <summary>Webhook sources of Clay tables by name.</summary>
    public Dictionary<string, ClayWebhookSettings> Webhooks { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the section and lists everything that is wrong with it, each with its remedy.</summary>
    public static ClaySettings Load(IConfiguration configuration, out IReadOnlyList<string> problems)
    {
        var settings = configuration.GetSection(Section).Get<ClaySettings>() ?? new ClaySettings();
        var wrong = new List<string>();
        if (settings.RecordsPerSecond is not (> 0 and <= 10_000))
            wrong.Add($"{Section}:RecordsPerSecond must be above 0 and at most 10000.");
        if (settings.TimeoutSeconds is not (> 0 and <= 300))
            wrong.Add($"{Section}:TimeoutSeconds must be above 0 and at most 300.");
        if (settings.WarnShare is not (> 0 and <= 1))
            wrong.Add($"{Section}:WarnShare must be above 0 and at most 1.");
        foreach (var (name, webhook) in settings.Webhooks)
        {
            var at = $"{Section}:Webhooks:{name}";
            if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
                wrong.Add($"{at}:Url is no web address. Set it to the table's webhook address, such as https://api.clay.com/v3/sources/webhook/….");
            else if (url.Scheme == "http" && !url.IsLoopback)
                wrong.Add($"{at}:Url is plain http to another machine. Use https, or people's data travels in clear.");
            if (webhook.Lifetime < 1)
                wrong.Add($"{at}:Lifetime must be 1 or more submissions.");
        }
        problems = wrong;
        return settings;
    }
}

/// <summary>One webhook source of a Clay table.</summary>
public sealed class ClayWebhookSettings
{
    /// <summary>Its address; whoever knows it can add rows, so it is a secret.</summary>
    public string Url { get; set; } = "";

    /// <summary>Its authentication token, sent as <c>x-clay-webhook-auth</c>; null when it has none.</summary>
    public string? AuthToken { get; set; }

    /// <summary>Submissions that it takes in its life; deleting rows in Clay does not give any back. Default: 50000.</summary>
    public int Lifetime { get; set; } = 50_000;
}
