namespace ClayAspire.Domain.Primitives;

/// <summary>Where new ids come from. Injected, so that a run can be repeated from a seed.</summary>
public interface IIdSource
{
    /// <summary>A new id that was never given before by this source.</summary>
    Guid Next();
}
