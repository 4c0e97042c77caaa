using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Ingestion;

/// <summary>Settings of section <c>Ingestion</c>; checked when the service starts.</summary>
internal sealed class IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>Largest webhook body in bytes (default 10 MiB). Larger ones get 413 and are sent to <c>/v1/files</c>.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Largest file in bytes (default 1 GiB). A file is streamed, never held whole.</summary>
    [Range(1024, 1L << 40)]
    public long MaxFileBytes { get; set; } = 1L << 30;

    /// <summary>Rows stored together (default 1,000); also how often an import's progress moves on.</summary>
    [Range(1, 10_000)]
    public int BatchRows { get; set; } = 1000;

    /// <summary>Seconds without a sign of life of the receiving process after which an import counts as failed (default 60).</summary>
    [Range(1, 86_400)]
    public double ImportSilenceSeconds { get; set; } = 60;

    /// <summary>Requests a minute per key (default 60,000), refilled every second; more get 429 with Retry-After.</summary>
    [Range(60, 10_000_000)]
    public int RequestsPerMinute { get; set; } = 60_000;

    /// <summary>
    /// Smartlead's webhook secrets (default none): they check <c>X-Smartlead-Signature</c> and the <c>secret_key</c> of older
    /// deliveries. Several, so that one can be rotated. Never logged.
    /// </summary>
    public IList<string> SmartleadSecrets { get; init; } = [];
}
