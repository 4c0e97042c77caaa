using System.Text.Json;

namespace ClayAspire.Storage.Queue;

/// <summary>Payload of <see cref="JobKinds.ProcessSignals"/>.</summary>
public sealed record ProcessSignals;

/// <summary>Payload of <see cref="JobKinds.MakePlan"/>.</summary>
/// <param name="PlanId">The id that the plan will have; fixed before, so that a repeated job makes the same plan.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Flow">The flow.</param>
/// <param name="Author">Who asked for it.</param>
public sealed record MakePlan(Guid PlanId, string Connection, string Flow, string Author);

/// <summary>Payload of <see cref="JobKinds.MakeUndoPlan"/>.</summary>
/// <param name="PlanId">The id that the plan will have; fixed before, so that a repeated job makes the same plan.</param>
/// <param name="RunId">The run that it takes back.</param>
/// <param name="Author">Who asked for it.</param>
public sealed record MakeUndoPlan(Guid PlanId, Guid RunId, string Author);

/// <summary>Payload of <see cref="JobKinds.SettlePlan"/>.</summary>
/// <param name="PlanId">The plan.</param>
public sealed record SettlePlan(Guid PlanId);

/// <summary>Payload of <see cref="JobKinds.LookForDrift"/>.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="By">Who asked for it.</param>
public sealed record LookForDrift(Guid PlanId, string By);

/// <summary>Payload of <see cref="JobKinds.ApplyPlan"/>.</summary>
/// <param name="RunId">The run.</param>
public sealed record ApplyPlan(Guid RunId);

/// <summary>Payload of <see cref="JobKinds.RefreshMirror"/>.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
public sealed record RefreshMirror(string Connection, string Object);

/// <summary>Payload of <see cref="JobKinds.SampleDrift"/>.</summary>
/// <param name="SampleId">The id that the sampling will have; fixed before, so that a repeated job stores one.</param>
/// <param name="Connection">The connection.</param>
/// <param name="AskedBy">Who asked for it.</param>
/// <param name="Cells">How many cells to draw; null for the worker's setting.</param>
/// <param name="Seed">The seed of the draw; null for one that follows from the sampling's id.</param>
public sealed record SampleDrift(Guid SampleId, string Connection, string AskedBy, int? Cells = null, long? Seed = null);

/// <summary>Payload of <see cref="JobKinds.CheckFormulas"/>.</summary>
/// <param name="CheckId">The id that the comparison will have; fixed before, so that a repeated job stores one.</param>
/// <param name="Connection">The connection.</param>
/// <param name="AskedBy">Who asked for it.</param>
public sealed record CheckFormulas(Guid CheckId, string Connection, string AskedBy);

/// <summary>Payload of <see cref="JobKinds.ScanSuppression"/>.</summary>
public sealed record ScanSuppression;

/// <summary>Payload of <see cref="JobKinds.AuditPermissions"/>.</summary>
/// <param name="AuditId">The id that the audit will have; fixed before, so that a repeated job stores one.</param>
/// <param name="Connection">The connection.</param>
/// <param name="AskedBy">Who asked for it.</param>
public sealed record AuditPermissions(Guid AuditId, string Connection, string AskedBy);

/// <summary>Payload of <see cref="JobKinds.ExportCampaign"/>.</summary>
/// <param name="ExportId">The export.</param>
public sealed record ExportCampaign(Guid ExportId);

/// <summary>Job payloads as JSON: camelCase, unknown members ignored so that an older worker can read a newer job.</summary>
public static class JobPayload
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>The payload as JSON.</summary>
    /// <param name="payload">The payload.</param>
    /// <typeparam name="T">Its type.</typeparam>
    public static string Write<T>(T payload) => JsonSerializer.Serialize(payload, Options);

    /// <summary>Reads a payload.</summary>
    /// <param name="json">The stored text.</param>
    /// <typeparam name="T">Its type.</typeparam>
    /// <exception cref="InvalidDataException">The text is no payload of that type.</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)
                ?? throw new InvalidDataException($"The job's payload is null where {typeof(T).Name} is expected.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The job's payload is no {typeof(T).Name}: {e.Message}", e);
        }
    }
}
