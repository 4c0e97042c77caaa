using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Ingestion.Parsing;

namespace ClayAspire.Ingestion.Smartlead;

/// <summary>One Smartlead event in our words.</summary>
/// <param name="Kind">A kind of <see cref="SmartleadEventKinds"/>.</param>
/// <param name="Row">The normalised payload with the event as received under <c>raw</c>, or the fault.</param>
internal sealed record SmartleadEvent(string Kind, ParsedRow Row);

/// <summary>
/// Reads the three generations of Smartlead's webhook bodies: flat with <c>to_email</c> and <c>time_replied</c>,
/// flat with <c>sl_lead_email</c> and <c>event_timestamp</c>, and nested <c>{event, timestamp, lead, email, reply}</c>.
/// </summary>
internal static class SmartleadEventReader
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // sl_lead_email is the lead; to_email may be a colleague who answered, and is the lead only where nothing better stands.
    private static readonly string[] LeadPaths = ["sl_lead_email", "lead.email", "lead_data.email", "lead_email", "to_email", "email.to"];
    private static readonly string[] TimePaths = ["event_timestamp", "timestamp", "time_replied", "time_bounced", "time_clicked", "time_opened", "time_sent", "time_unsubscribed", "reply_message.time", "sent_message.time"];
    private static readonly string[] CategoryPaths = ["lead_category.new_name", "lead_category.name", "reply_category", "reply.category", "lead.category", "category.name", "category", "lead_category"];
    private static readonly string[] ReplyIdPaths = ["reply_message.message_id", "reply.message_id", "reply.id"];
    private static readonly string[] SentIdPaths = ["sent_message.message_id", "email.message_id", "email.id", "message_id", "stats_id"];
    private static readonly string[] BounceTextPaths = ["bounce_message.text", "bounce_message.html", "bounce_message", "bounce.message", "bounce.reason", "bounce.code",
        "bounce_reason", "bounce_code", "reason", "error_message", "description", "preview_text", "email.bounce_reason", "reply_message.text"];

    /// <summary>Reads one event.</summary>
    /// <param name="position">Its place in the body, from 1.</param>
    /// <param name="element">The event.</param>
    /// <param name="receivedAt">Stands for the time of occurrence where the event carries none.</param>
    /// <param name="requestId">The delivery's <c>X-Request-Id</c>; null when it has none.</param>
    public static SmartleadEvent Read(long position, JsonElement element, DateTimeOffset receivedAt, string? requestId)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return Faulty(position, RowFault.NotAnObject("no object"), element);
        if (First(element, ["event_type", "event", "type"]) is not { } name)
            return Faulty(position, RowFault.EventTypeMissing, element);
        var kind = SmartleadEventKinds.Of(name);
        var category = First(element, CategoryPaths) is { } given ? SmartleadEventKinds.CategoryOf(given) : null;
        var senderBounce = string.Equals(category, "Sender Originated Bounce", StringComparison.OrdinalIgnoreCase);
        // Smartlead files a refusal of our own mailbox as a reply of that category: it is no answer of the lead.
        if (senderBounce && kind is (SmartleadEventKinds.Reply or SmartleadEventKinds.Category))
            kind = SmartleadEventKinds.Bounce;
        var lead = LeadPaths.Select(p => First(element, [p])).FirstOrDefault(IsAddress)?.Trim().ToLowerInvariant();
        if (lead is null && kind != SmartleadEventKinds.Other)
            return Faulty(position, RowFault.LeadMissing, element);

        var at = Time(element);
        var raw = Raw(element);
        var campaignId = First(element, ["campaign_id", "campaign.id"]);
        var campaignName = First(element, ["campaign_name", "campaign.name"]);
        var payload = new List<(string Name, string? Text)>
        {
            ("lead_email", lead),
            ("campaign_name", campaignName),
            ("campaign_id", campaignId),
            ("event_type", name),
            ("event_timestamp", Text(at ?? receivedAt)),
            ("reply_category", kind is SmartleadEventKinds.Reply or SmartleadEventKinds.Category ? category : null),
            ("bounce_class", kind == SmartleadEventKinds.Bounce ? Bounce(element, senderBounce) : null),
            ("salesforce_lead_id", Custom(element, "salesforce_lead_id", "sfdc_lead_id", "salesforce_id", "sfdc_id")),
            ("campaign_member_id", Custom(element, "campaign_member_id", "salesforce_campaign_member_id")),
            ("sequence_number", First(element, ["sequence_number", "email.sequence_number", "sequence.number"])),
            ("from_email_key", First(element, ["from_email", "email.from"]) is { } mailbox ? Sha256(mailbox.Trim().ToLowerInvariant()) : null),
        };
        var key = requestId is { Length: > 0 }
            ? $"request:{Sha256(requestId)}:{position}"
            : $"event:{Identity(element, kind, lead, campaignId ?? campaignName, category, at, raw)}";
        return new SmartleadEvent(kind, new ParsedRow(position, Payload(payload, raw), key, at ?? receivedAt, null, ""));
    }

    /// <summary>The <c>secret_key</c> of older deliveries, from the first event; null when there is none.</summary>
    public static string? SecretKey(JsonElement body)
    {
        var first = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().FirstOrDefault() : body;
        return first.ValueKind == JsonValueKind.Object ? First(first, ["secret_key"]) : null;
    }

    private static SmartleadEvent Faulty(long position, RowFault fault, JsonElement element) =>
        new(SmartleadEventKinds.Other, ParsedRow.Faulty(position, fault, Raw(element)));

    private static string Identity(JsonElement element, string kind, string? lead, string? campaign, string? category, DateTimeOffset? at, string raw)
    {
        var time = at is { } known ? Text(known) : null;
        var message = kind switch
        {
            SmartleadEventKinds.Reply => First(element, ReplyIdPaths) ?? time,
            SmartleadEventKinds.Sent or SmartleadEventKinds.Bounce => First(element, SentIdPaths) ?? time,
            // Opens, clicks and re-categorisations repeat for one message: only the time tells them apart.
            _ => time is null ? null : $"{First(element, SentIdPaths)}|{category}|{time}",
        };
        // Nothing in it identifies the event: only the very same bytes are the same event.
        return Sha256(message is null || kind == SmartleadEventKinds.Other ? raw : string.Join('\n', kind, lead, campaign, message));
    }

    private static string Bounce(JsonElement element, bool senderBounce)
    {
        if (senderBounce)
            return "sender";
        var found = BounceClassifier.Classify(BounceTextPaths.Select(p => First(element, [p])).OfType<string>());
        if (found == BounceClass.Unknown && First(element, ["bounce_type", "bounce.type"]) is { } said)
        {
            if (said.Contains("hard", StringComparison.OrdinalIgnoreCase))
                found = BounceClass.Hard;
            else if (said.Contains("soft", StringComparison.OrdinalIgnoreCase))
                found = BounceClass.Soft;
        }
        return found.ToString().ToLowerInvariant();
    }

    private static string? Custom(JsonElement element, params string[] names)
    {
        string[] places = ["", "custom_fields.", "lead.", "lead.custom_fields.", "lead_data.custom_fields.", "metadata."];
        return First(element, [.. places.SelectMany(p => names.Select(n => p + n))]);
    }

    private static DateTimeOffset? Time(JsonElement element)
    {
        foreach (var path in TimePaths)
        {
            if (First(element, [path]) is not { } text)
                continue;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var unix) && unix is > 1_000_000_000 and < 100_000_000_000_000)
                return unix > 100_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds(unix) : DateTimeOffset.FromUnixTimeSeconds(unix);
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
                return at;
        }
        return null;
    }

    // The first of the dotted paths that leads to a scalar that is not blank.
    private static string? First(JsonElement element, string[] paths)
    {
        foreach (var path in paths)
        {
            var at = element;
            var found = true;
            foreach (var step in path.Split('.'))
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                {
                    found = false;
                    break;
                }
            }
            if (found && Scalar(at) is { } text && !FieldCodec.IsBlankSpelling(text))
                return text;
        }
        return null;
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonText.TryGetString(value, out var text) && RowReader.IsStorable(text) ? text : null,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        _ => null,
    };

    private static bool IsAddress(string? text) =>
        text is not null && text.Trim() is var t && t.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < t.Length - 1 && !t.Any(char.IsWhiteSpace);

    private static string Payload(List<(string Name, string? Text)> cells, string raw)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            foreach (var (name, text) in cells)
            {
                if (text is not null)
                    writer.WriteString(name, text);
            }
            writer.WritePropertyName("raw");
            writer.WriteRawValue(raw);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    // The event as received, but without secrets, and with the few texts mended that no database keeps.
    private static string Raw(JsonElement element)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
            Copy(writer, element);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Copy(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    if (!TryName(property, out var name) || name is "secret_key" or "api_key")
                        continue;
                    writer.WritePropertyName(name);
                    Copy(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Copy(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(JsonText.TryGetString(value, out var text) ? text.Replace('\0', '\u2400') : "\uFFFD");
                break;
            case JsonValueKind.Number when !JsonText.IsOrdinaryNumber(value):
                writer.WriteStringValue(value.GetRawText());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool TryName(JsonProperty property, out string name)
    {
        try
        {
            name = property.Name.Replace('\0', '\u2400');
            return true;
        }
        catch (InvalidOperationException)
        {
            // A name that is half a surrogate pair names nothing that Smartlead documents.
            name = "";
            return false;
        }
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
