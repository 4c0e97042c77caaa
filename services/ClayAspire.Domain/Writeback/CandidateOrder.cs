using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Writeback;

/// <summary>How merge rules compare candidates. Every order is total and by content, so that the order of arrival has no say.</summary>
internal static class CandidateOrder
{
    /// <summary>
    /// Compares by time of occurrence. A clock tie goes by content (better source, then value), because signal ids are given
    /// in order of arrival and would let that order decide; the id parts only candidates that offer the same.
    /// </summary>
    public static int ByTime(FieldContract contract, Candidate a, Candidate b)
    {
        var order = a.OccurredAt.CompareTo(b.OccurredAt);
        if (order == 0)
            order = SourceRank(contract, b.Source).CompareTo(SourceRank(contract, a.Source));
        if (order == 0)
            order = string.CompareOrdinal(a.Value.Text, b.Value.Text);
        return order != 0 ? order : a.SignalId.CompareTo(b.SignalId);
    }

    /// <summary>The latest of them.</summary>
    public static Candidate Latest(FieldContract contract, IReadOnlyList<Candidate> admissible)
    {
        var winner = admissible[0];
        foreach (var candidate in admissible)
            if (ByTime(contract, candidate, winner) > 0)
                winner = candidate;
        return winner;
    }

    /// <summary>The latest of the best source.</summary>
    public static Candidate Best(FieldContract contract, IReadOnlyList<Candidate> admissible)
    {
        var winner = admissible[0];
        foreach (var candidate in admissible)
        {
            var rank = SourceRank(contract, winner.Source).CompareTo(SourceRank(contract, candidate.Source));
            if (rank > 0 || (rank == 0 && ByTime(contract, candidate, winner) > 0))
                winner = candidate;
        }
        return winner;
    }

    private static int SourceRank(FieldContract contract, string source)
    {
        for (var i = 0; i < contract.Sources.Count; i++)
            if (contract.Sources[i] == source)
                return i;
        return int.MaxValue;
    }
}
