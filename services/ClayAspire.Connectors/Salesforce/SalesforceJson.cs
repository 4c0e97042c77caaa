using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>The wire types, read with source generation: no reflection, and unknown members are left alone.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenError))]
[JsonSerializable(typeof(UserInfoAnswer))]
[JsonSerializable(typeof(List<ApiError>))]
[JsonSerializable(typeof(List<CollectionRow>))]
[JsonSerializable(typeof(DescribeAnswer))]
[JsonSerializable(typeof(QueryAnswer))]
[JsonSerializable(typeof(BulkOrder))]
[JsonSerializable(typeof(BulkQueryOrder))]
[JsonSerializable(typeof(BulkJobAnswer))]
[JsonSerializable(typeof(List<JsonElement>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class SalesforceJson : JsonSerializerContext
{
    /// <summary>A row's text; null when it is missing or no text.</summary>
    public static string? Text(JsonElement row, string field) =>
        row.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("instance_url")] string? InstanceUrl,
    [property: JsonPropertyName("id")] string? Id);

/// <summary>Who we are, as <c>userinfo</c> says it.</summary>
internal sealed record UserInfoAnswer([property: JsonPropertyName("user_id")] string? UserId);

internal sealed record TokenError(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? Description);

/// <summary>An error; single answers spell the code <c>errorCode</c>, rows of a collection <c>statusCode</c>.</summary>
internal sealed record ApiError(string? ErrorCode, string? StatusCode, string? Message, List<string>? Fields, JsonElement DuplicateResult = default)
{
    /// <summary>The records that a duplicate rule names; only answers to single writes name them.</summary>
    [JsonIgnore]
    public IReadOnlyList<RecordMatch> Matches => DuplicateResult.ValueKind == JsonValueKind.Object && DuplicateResult.TryGetProperty("matchResults", out var results) && results.ValueKind == JsonValueKind.Array
        ? [.. results.EnumerateArray().SelectMany(Found).DistinctBy(m => m.Id)]
        : [];

    [JsonIgnore]
    public string Code => ErrorCode ?? StatusCode ?? "UNKNOWN_EXCEPTION";

    private IEnumerable<RecordMatch> Found(JsonElement result)
    {
        if (!result.TryGetProperty("matchRecords", out var records) || records.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var match in records.EnumerateArray())
            if (match.TryGetProperty("record", out var record) && record.ValueKind == JsonValueKind.Object && SalesforceJson.Text(record, "Id") is { } id)
                yield return new RecordMatch(SalesforceJson.Text(result, "entityType") ?? "", id, SalesforceJson.Text(DuplicateResult, "duplicateRule") ?? "");
    }
}

internal sealed record CollectionRow(string? Id, bool Success, List<ApiError>? Errors);

internal sealed record DescribeAnswer(string Name, List<DescribedField> Fields, List<DescribedChild>? ChildRelationships);

internal sealed record DescribedChild([property: JsonPropertyName("childSObject")] string? ChildSObject, string? Field, string? RelationshipName);

internal sealed record DescribedField(
    string Name, string Type, int Length, bool Updateable, bool Calculated, bool RestrictedPicklist, List<DescribedPicklistValue>? PicklistValues, bool Permissionable = false);

internal sealed record DescribedPicklistValue(string? Value, bool Active);

internal sealed record QueryAnswer(bool Done, string? NextRecordsUrl, List<JsonElement> Records, long TotalSize = 0);

/// <summary>A bulk job to be made.</summary>
internal sealed record BulkOrder(string Object, string Operation, string ContentType, string LineEnding, string ColumnDelimiter);

/// <summary>A bulk query to be made.</summary>
internal sealed record BulkQueryOrder(string Operation, string Query);

/// <summary>A bulk job as the API shows it.</summary>
internal sealed record BulkJobAnswer(string Id, string? Object, string State, long? NumberRecordsProcessed, long? NumberRecordsFailed, string? ErrorMessage);
