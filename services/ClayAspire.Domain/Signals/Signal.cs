namespace ClayAspire.Domain.Signals;

/// <summary>One fact received, as it is stored; it never changes.</summary>
/// <param name="Id">The signal's id; given in order of arrival.</param>
/// <param name="Source">Where it came from, such as <c>clay</c>.</param>
/// <param name="Kind">Its kind, such as <c>clay.row</c>.</param>
/// <param name="Table">The table that it belongs to.</param>
/// <param name="Payload">A JSON object as text.</param>
/// <param name="OccurredAt">When it happened at the source.</param>
/// <param name="ReceivedAt">When it arrived here.</param>
public sealed record Signal(long Id, string Source, string Kind, string Table, string Payload, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt);
