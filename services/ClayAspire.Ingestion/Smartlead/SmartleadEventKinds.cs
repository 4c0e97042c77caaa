namespace ClayAspire.Ingestion.Smartlead;

/// <summary>Smartlead's event names (two families, by its own documentation) and reply categories, as the kinds and values of ours.</summary>
internal static class SmartleadEventKinds
{
    public const string Sent = "smartlead.sent";
    public const string Opened = "smartlead.opened";
    public const string Clicked = "smartlead.clicked";
    public const string Reply = "smartlead.reply";
    public const string Category = "smartlead.category";
    public const string Bounce = "smartlead.bounce";
    public const string Unsubscribed = "smartlead.unsubscribed";
    public const string Other = "smartlead.other";

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<string> All { get; } = [Sent, Opened, Clicked, Reply, Category, Bounce, Unsubscribed, Other];

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["EMAIL_SENT"] = Sent,
        ["FIRST_EMAIL_SENT"] = Sent,
        ["EMAIL_OPEN"] = Opened,
        ["EMAIL_OPENED"] = Opened,
        ["EMAIL_LINK_CLICK"] = Clicked,
        ["EMAIL_LINK_CLICKED"] = Clicked,
        ["EMAIL_CLICK"] = Clicked,
        ["EMAIL_CLICKED"] = Clicked,
        ["EMAIL_REPLY"] = Reply,
        ["EMAIL_REPLIED"] = Reply,
        ["EMAIL_BOUNCE"] = Bounce,
        ["EMAIL_BOUNCED"] = Bounce,
        ["LEAD_UNSUBSCRIBED"] = Unsubscribed,
        ["EMAIL_UNSUBSCRIBE"] = Unsubscribed,
        ["EMAIL_UNSUBSCRIBED"] = Unsubscribed,
        ["LEAD_CATEGORY_UPDATED"] = Category,
        ["LEAD_CATEGORY_UPDATE"] = Category,
    };

    // Default categories that are spelled otherwise than the picklist of ReplyClassification__c.
    private static readonly Dictionary<string, string> Categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Interested"] = "Interested",
        ["Meeting Request"] = "Meeting Request",
        ["Meeting Requested"] = "Meeting Request",
        ["Meeting Booked"] = "Meeting Request",
        ["Not Interested"] = "Not Interested",
        ["Do Not Contact"] = "Do Not Contact",
        ["Information Request"] = "Information Request",
        ["Out Of Office"] = "Out Of Office",
        ["OOO"] = "Out Of Office",
        ["Wrong Person"] = "Wrong Person",
        ["Uncategorizable"] = "Uncategorizable",
        ["Uncategorizable by AI"] = "Uncategorizable",
        ["Uncategorized"] = "Uncategorizable",
    };

    /// <summary>The kind of an event name; <see cref="Other"/> when the name is not known.</summary>
    public static string Of(string eventName) =>
        Kinds.GetValueOrDefault(eventName.Trim().Replace(' ', '_').Replace('-', '_').Replace('.', '_'), Other);

    /// <summary>
    /// The picklist's spelling of a category. A custom category stays as it is: the field contract refuses it, and the plan shows so.
    /// </summary>
    public static string CategoryOf(string name) =>
        Categories.GetValueOrDefault(name.Trim().Replace('_', ' ').Replace('-', ' '), name.Trim());
}
