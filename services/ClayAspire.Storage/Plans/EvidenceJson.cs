using System.Text.Encodings.Web;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Storage.Plans;

/// <summary>A decision's candidates as JSON and back. Nothing that the plan's hash covers may change on the way.</summary>
internal static class EvidenceJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Decision decision) =>
        JsonSerializer.Serialize(new CellEvidence(decision.Winner is null ? null : Stored(decision.Winner), [.. decision.Losers.Select(Stored)]), Options);

    public static (Candidate? Winner, IReadOnlyList<Candidate> Losers) Read(string json)
    {
        var evidence = JsonSerializer.Deserialize<CellEvidence>(json, Options) ?? throw new JsonException("The evidence is null.");
        return (evidence.Winner is null ? null : Rebuilt(evidence.Winner), [.. evidence.Losers.Select(Rebuilt)]);
    }

    public static string WriteObject<T>(T value) => JsonSerializer.Serialize(value, Options);

    private static EvidenceCandidate Stored(Candidate c) => new(c.SignalId, c.Source, c.OccurredAt, c.Value.Text, c.IsSettled, c.Confidence);

    private static Candidate Rebuilt(EvidenceCandidate c) => new(c.Signal, c.Source, c.OccurredAt, FieldValue.FromCanonical(c.Value), c.Settled) { Confidence = c.Confidence };
}
