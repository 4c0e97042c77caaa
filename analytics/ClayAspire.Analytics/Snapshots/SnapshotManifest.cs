using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClayAspire.Analytics.Snapshots;

/// <summary>What a snapshot consists of. Written last: a snapshot without its manifest does not exist.</summary>
/// <param name="SchemaVersion">Version of this file's form.</param>
/// <param name="Id">Sorts by time.</param>
/// <param name="TakenAt">By this service's clock: everything committed before this moment is in the snapshot.</param>
/// <param name="ServerLsn">PostgreSQL's write-ahead log position at the read.</param>
/// <param name="ServerSnapshot">PostgreSQL's transaction snapshot (xmin:xmax:in progress).</param>
/// <param name="Seconds">How long the read and the writing took.</param>
/// <param name="Files">One file per export view.</param>
internal sealed record SnapshotManifest(
    int SchemaVersion, string Id, DateTimeOffset TakenAt, string ServerLsn, string ServerSnapshot, double Seconds, IReadOnlyList<SnapshotFile> Files);

/// <summary>One Parquet file of a snapshot.</summary>
/// <param name="View">The export view.</param>
/// <param name="File">Path below the data directory, with forward slashes.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
internal sealed record SnapshotFile(string View, string File, long Rows, long Bytes, string Sha256);

/// <summary>How everything under the data directory and on the API is written as JSON.</summary>
internal static class AnalyticsJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
