using ClayAspire.CrmSandbox.Salesforce.Rules;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>A request that the platform refuses as a whole; the edge turns it into status and error array.</summary>
internal sealed class ApiFailure(int status, string code, string message, params string[] fields) : Exception(message)
{
    public int Status { get; } = status;
    public string Code { get; } = code;
    public IReadOnlyList<string> Fields { get; } = fields;

    public static ApiFailure NotFound() => new(404, "NOT_FOUND", "The requested resource does not exist");

    public static ApiFailure InvalidType(string name) => new(400, "INVALID_TYPE",
        $"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.");

    public static ApiFailure Malformed(string message) => new(400, "JSON_PARSER_ERROR", message);
}

/// <summary>Why one row was refused. Single-record answers call the code <c>errorCode</c>, rows of a collection <c>statusCode</c>.</summary>
internal sealed record RowError(string Code, string Message, params string[] Fields)
{
    /// <summary>What a duplicate rule found; single-record answers show it.</summary>
    public DuplicateResult? Duplicates { get; init; }
}

/// <summary>What became of one row of a write.</summary>
internal sealed record RowResult(string? Id, bool? Created, RowError? Error, IReadOnlyList<string>? Matches = null)
{
    public bool Success => Error is null;

    public static RowResult Failed(RowError error, string? id = null) => new(id, null, error);
}
