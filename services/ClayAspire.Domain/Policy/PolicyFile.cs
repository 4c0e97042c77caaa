namespace ClayAspire.Domain.Policy;

/// <summary>One policy file as read from disk.</summary>
/// <param name="Path">Path from the policy folder, with forward slashes: <c>contracts/icare.yaml</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record PolicyFile(string Path, string Text);

/// <summary>A place in a policy file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, from 1; 0 when the file as a whole is meant.</param>
public readonly record struct PolicyPlace(string File, long Line)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>What is wrong in a policy file, where, and what to do about it.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Line, from 1; 0 when the file as a whole is meant.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record PolicyProblem(string File, long Line, string Message, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}: {Message} {Remedy}";

    /// <summary>A problem at a place; of the whole file or folder when the thing was not read from one.</summary>
    internal static PolicyProblem At(PolicyPlace? place, string fallback, string message, string remedy) =>
        new(place?.File ?? fallback, place?.Line ?? 0, message, remedy);
}

/// <summary>A policy, or the problems that keep it from loading: exactly one of the two.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Problems">The problems; empty when the policy loaded.</param>
public sealed record PolicyLoad(PolicySet? Policy, IReadOnlyList<PolicyProblem> Problems);
