namespace ClayAspire.Ingestion.Tests;

/// <summary>Tests that measure the memory of the process: they run alone, or they would measure their neighbours.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    /// <summary>The collection's name.</summary>
    public const string Name = "measured";
}
