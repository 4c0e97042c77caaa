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

    /// <summary>The winner's signal, or null, and those of the losers, without building the candidates.</summary>
    /// <param name="json">The stored evidence.</param>
    /// <param name="losers">Takes the losers' signals, best first.</param>
    /// <exception cref="JsonException">It is no evidence.</exception>
    public static long? Signals(ReadOnlySpan<byte> json, List<long> losers)
    {
        long? winner = null;
        var reader = new Utf8JsonReader(json);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWinner = reader.ValueTextEquals("winner"u8);
            var isLosers = reader.ValueTextEquals("losers"u8);
            reader.Read();
            if (isWinner && reader.TokenType == JsonTokenType.StartObject)
            {
                winner = Signal(ref reader);
            }
            else if (isLosers && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    losers.Add(Signal(ref reader));
            }
            else if (isLosers || (isWinner && reader.TokenType != JsonTokenType.Null))
            {
                throw new JsonException("The evidence names no candidates where they should stand.");
            }
            else
            {
                reader.Skip();
            }
        }
        return winner;
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

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
            throw new JsonException("The evidence is no object.");
    }

    private static EvidenceCandidate Stored(Candidate c) => new(c.SignalId, c.Source, c.OccurredAt, c.Value.Text, c.IsSettled, c.Confidence);

    private static (Candidate? Winner, IReadOnlyList<Candidate> Losers) Rebuilt(CellEvidence? evidence) => evidence is null
        ? throw new JsonException("The evidence is null.")
        : (evidence.Winner is null ? null : Rebuilt(evidence.Winner), [.. evidence.Losers.Select(Rebuilt)]);

    private static Candidate Rebuilt(EvidenceCandidate c) => new(c.Signal, c.Source, c.OccurredAt, FieldValue.FromCanonical(c.Value), c.Settled) { Confidence = c.Confidence };
}
