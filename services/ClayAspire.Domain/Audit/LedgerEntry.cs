using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClayAspire.Domain.Audit;

/// <summary>One record of the append-only, hash-chained ledger of a connection.</summary>
/// <param name="Connection">The connection whose chain it belongs to.</param>
/// <param name="Sequence">Its place in the chain, from 1 without a gap.</param>
/// <param name="At">When it was written, UTC to the microsecond.</param>
/// <param name="Kind">What it records; see <see cref="LedgerKinds"/>.</param>
/// <param name="Payload">JSON text, kept byte for byte because the hash covers it.</param>
/// <param name="PreviousHash">The hash of the entry before, or 64 zeros for the first.</param>
/// <param name="Hash">SHA-256 over all of the above, lower-case hex.</param>
public sealed record LedgerEntry(string Connection, long Sequence, DateTimeOffset At, string Kind, string Payload, string PreviousHash, string Hash);

/// <summary>What ledger entries record.</summary>
public static class LedgerKinds
{
    /// <summary>A plan was sealed.</summary>
    public const string PlanSealed = "plan-sealed";

    /// <summary>A plan was released.</summary>
    public const string PlanApproved = "plan-approved";

    /// <summary>A plan was refused by a person.</summary>
    public const string PlanRefused = "plan-refused";

    /// <summary>Single changes of a plan were declined by a person.</summary>
    public const string CellsDeclined = "cells-declined";

    /// <summary>A plan's time ran out unreleased.</summary>
    public const string PlanExpired = "plan-expired";

    /// <summary>A cell was written and read back equal.</summary>
    public const string CellVerified = "cell-verified";

    /// <summary>A cell was rejected by the CRM or by the read-back.</summary>
    public const string CellRejected = "cell-rejected";

    /// <summary>A cell was not written, with a reason: it drifted, would be decided otherwise, or its run was cancelled.</summary>
    public const string CellSkipped = "cell-skipped";

    /// <summary>Values offered for a record went on to the one that it lives on as: the survivor of its merge, or the contact of its conversion.</summary>
    public const string OffersFollowed = "offers-followed";

    /// <summary>A run ended.</summary>
    public const string RunEnded = "run-ended";

    /// <summary>A contract's owner sent its draft to Legal.</summary>
    public const string ContractSentToLegal = "contract-sent-to-legal";

    /// <summary>A DPO signed a contract.</summary>
    public const string ContractSigned = "contract-signed";

    /// <summary>A contract was stopped from the console.</summary>
    public const string ContractSuspended = "contract-suspended";

    /// <summary>The stop of a contract was lifted.</summary>
    public const string ContractResumed = "contract-resumed";

    /// <summary>A run stands still because its job gave up; replaying the job takes it up again.</summary>
    public const string RunStopped = "run-stopped";

    /// <summary>A person asked that a run be cancelled; what became of it stands in the run's end.</summary>
    public const string RunCancelled = "run-cancelled";

    /// <summary>A formula was found not to equal what it is made of.</summary>
    public const string DiscrepancyOpened = "discrepancy-opened";

    /// <summary>A discrepancy healed, or a person accepted it with a reason.</summary>
    public const string DiscrepancyClosed = "discrepancy-closed";

    /// <summary>A person asked that a campaign's members be exported to Clay.</summary>
    public const string ExportStarted = "campaign-export-started";

    /// <summary>An export came to its end, was cancelled, or stopped; with the counts by state.</summary>
    public const string ExportEnded = "campaign-export-ended";
}

/// <summary>What a check of a chain found.</summary>
/// <param name="IsIntact">Whether every entry's hash and link hold.</param>
/// <param name="Entries">How many entries were read.</param>
/// <param name="BrokenAt">The sequence of the first entry that does not hold; null when intact.</param>
/// <param name="Problem">What is wrong with it; null when intact.</param>
public sealed record LedgerVerdict(bool IsIntact, long Entries, long? BrokenAt, string? Problem);

/// <summary>Builds and checks a ledger's hash chain.</summary>
public static class LedgerChain
{
    /// <summary>The link of the first entry.</summary>
    public static string Genesis { get; } = new('0', 64);

    /// <summary>Makes the entry that follows <paramref name="sequence"/> - 1.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="sequence">The new entry's place.</param>
    /// <param name="previousHash">The hash of the entry before.</param>
    /// <param name="at">When; cut to microseconds, which is what PostgreSQL keeps.</param>
    /// <param name="kind">What it records.</param>
    /// <param name="payload">JSON text.</param>
    public static LedgerEntry Append(string connection, long sequence, string previousHash, DateTimeOffset at, string kind, string payload)
    {
        var utc = at.ToUniversalTime();
        utc = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
        return new LedgerEntry(connection, sequence, utc, kind, payload, previousHash, Hash(connection, sequence, previousHash, utc, kind, payload));
    }

    /// <summary>Checks a whole chain in order, from its first entry.</summary>
    public static LedgerVerdict Verify(IEnumerable<LedgerEntry> entries)
    {
        var previous = Genesis;
        long count = 0;
        foreach (var entry in entries)
        {
            if (Check(entry, count + 1, previous) is { } problem)
                return new LedgerVerdict(false, count + 1, entry.Sequence, problem);
            previous = entry.Hash;
            count++;
        }
        return new LedgerVerdict(true, count, null, null);
    }

    /// <summary>Checks one entry against its place and the hash before it; null when it holds.</summary>
    public static string? Check(LedgerEntry entry, long expectedSequence, string previousHash)
    {
        if (entry.Sequence != expectedSequence)
            return $"expected sequence {expectedSequence}, found {entry.Sequence}: an entry is missing or out of order";
        if (entry.PreviousHash != previousHash)
            return "its link does not match the hash of the entry before";
        var hash = Hash(entry.Connection, entry.Sequence, entry.PreviousHash, entry.At, entry.Kind, entry.Payload);
        return hash == entry.Hash ? null : "its content does not match its hash: it was altered";
    }

    private static string Hash(string connection, long sequence, string previousHash, DateTimeOffset at, string kind, string payload)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{previousHash}\n{connection}\n{sequence}\n{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}\n{kind}\n{payload}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
