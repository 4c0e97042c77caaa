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

    public static (Candidate? Winner, IReadOnlyList<Candidate> Losers) Read(string json) => Rebuilt(JsonSerializer.Deserialize<CellEvidence>(json, Options));

    public static (Candidate? Winner, IReadOnlyList<Candidate> Losers) Read(ReadOnlySpan<byte> json) => Rebuilt(JsonSerializer.Deserialize<CellEvidence>(json, Options));

    /// <summary>The signals of candidates, in their order, without building the candidates.</summary>
    /// <param name="json">A stored array of candidates.</param>
    /// <param name="signals">Takes their signals.</param>
    /// <exception cref="JsonException">It is no such array.</exception>
    public static void Signals(ReadOnlySpan<byte> json, List<long> signals)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("The losing candidates are no array.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            signals.Add(Signal(ref reader));
    }

    public static string WriteObject<T>(T value) => JsonSerializer.Serialize(value, Options);

    private static long Signal(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A candidate is no object.");
        long? signal = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSignal = reader.ValueTextEquals("signal"u8);
            reader.Read();
            if (isSignal)
                signal = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw new JsonException("A candidate's signal is no whole number.");
            else
                reader.Skip();
        }
        return signal ?? throw new JsonException("A candidate has no signal.");
    }

    private static EvidenceCandidate Stored(Candidate c) => new(c.SignalId, c.Source, c.OccurredAt, c.Value.Text, c.IsSettled, c.Confidence);

    private static (Candidate? Winner, IReadOnlyList<Candidate> Losers) Rebuilt(CellEvidence? evidence) => evidence is null
        ? throw new JsonException("The evidence is null.")
        : (evidence.Winner is null ? null : Rebuilt(evidence.Winner), [.. evidence.Losers.Select(Rebuilt)]);

    private static Candidate Rebuilt(EvidenceCandidate c) => new(c.Signal, c.Source, c.OccurredAt, FieldValue.FromCanonical(c.Value), c.Settled) { Confidence = c.Confidence };
}
