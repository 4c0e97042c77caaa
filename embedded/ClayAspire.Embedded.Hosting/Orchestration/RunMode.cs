namespace Aspire.Hosting.Orchestration;

/// <summary>What the death of a resource means for the host.</summary>
internal sealed class RunMode
{
    /// <summary>True when the host was started by <c>Run</c>: then a death ends it. A test decides itself.</summary>
    public bool EndsWithADeath { get; set; }
}
