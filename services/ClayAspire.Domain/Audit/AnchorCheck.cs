using System.Globalization;

namespace ClayAspire.Domain.Audit;

/// <summary>A file that is to be an anchor.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Text">Its content.</param>
public sealed record AnchorFile(string Name, string Text);

/// <summary>What anchors say of a ledger; the worst last.</summary>
public enum AnchorVerdict
{
    /// <summary>Every anchor's entry stands in the chain, and the anchors' own chain holds.</summary>
    Intact,

    /// <summary>Anchors that others name as the one before them are not there.</summary>
    AnchorMissing,

    /// <summary>An anchor is not as it was made.</summary>
    AnchorAltered,

    /// <summary>An anchor saw entries that the ledger has no more.</summary>
    CutOff,

    /// <summary>An anchor saw another entry where the ledger has one.</summary>
    Rewritten,
}

/// <summary>One thing that does not hold.</summary>
/// <param name="Kind">What it is; never intact.</param>
/// <param name="File">The anchor's file.</param>
/// <param name="Entry">The ledger's last entry when cut off; the entry up to which it was rewritten; null when an anchor is at fault.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record AnchorFinding(AnchorVerdict Kind, string File, long? Entry, string Text);

/// <summary>An anchor whose entry stands in the chain.</summary>
/// <param name="File">Its file.</param>
/// <param name="Sequence">The entry.</param>
/// <param name="At">When the anchor was made.</param>
public sealed record StandingAnchor(string File, long Sequence, DateTimeOffset At);

/// <summary>What a check of a ledger against anchors found.</summary>
/// <param name="Verdict">The worst of the findings.</param>
/// <param name="Anchors">How many files were looked at.</param>
/// <param name="LastStanding">The anchor with the latest entry among those that stand: up to there the ledger is what it was. Null when none stands.</param>
/// <param name="Uncovered">Entries after it, which no anchor speaks of yet.</param>
/// <param name="Findings">What does not hold, the worst first.</param>
/// <param name="Notes">What to know beside it.</param>
public sealed record AnchorReport(
    AnchorVerdict Verdict, int Anchors, StandingAnchor? LastStanding, long Uncovered, IReadOnlyList<AnchorFinding> Findings, IReadOnlyList<string> Notes);

/// <summary>
/// Checks a ledger against anchors while its entries pass by in order. Needs nothing but the files and an export, so it can be done
/// where the database is not trusted.
/// </summary>
public sealed class AnchorCheck
{
    private readonly List<(string File, LedgerAnchor Anchor)> _anchors = [];
    private readonly ILookup<long, (string File, LedgerAnchor Anchor)> _bySequence;
    private readonly HashSet<LedgerAnchor> _stand = [];
    private readonly List<(string File, LedgerAnchor Anchor)> _differ = [];
    private readonly List<AnchorFinding> _altered = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly int _files;
    private long _entries;

    /// <summary>Reads the anchors.</summary>
    /// <param name="connection">The connection whose ledger is checked.</param>
    /// <param name="files">The anchors' files, in any order; copies of one file count once.</param>
    public AnchorCheck(string connection, IReadOnlyCollection<AnchorFile> files)
    {
        _files = files.Count;
        foreach (var file in files)
        {
            var (anchor, problem) = LedgerAnchor.Read(file.Text);
            // Also the hash that an altered anchor states: the one after it names that, and is not at fault.
            if (anchor is not null)
                _known.Add(anchor.AnchorHash);
            if (problem is null && anchor!.Connection != connection)
                problem = $"it is of connection '{anchor.Connection}'";
            if (problem is not null)
                _altered.Add(new AnchorFinding(AnchorVerdict.AnchorAltered, file.Name, null, $"Anchor {file.Name} was altered: {problem}."));
            else if (!_anchors.Exists(a => a.Anchor == anchor))
                _anchors.Add((file.Name, anchor!));
        }
        _anchors.Sort((a, b) => (a.Anchor.At, a.Anchor.Sequence).CompareTo((b.Anchor.At, b.Anchor.Sequence)));
        _bySequence = _anchors.ToLookup(a => a.Anchor.Sequence);
    }

    /// <summary>Takes the next entry, whose own hash and link were found to hold.</summary>
    public void Pass(LedgerEntry entry)
    {
        _entries = entry.Sequence;
        foreach (var anchor in _bySequence[entry.Sequence])
        {
            if (anchor.Anchor.Hash == entry.Hash)
                _stand.Add(anchor.Anchor);
            else
                _differ.Add(anchor);
        }
    }

    /// <summary>The report, once all entries have passed.</summary>
    /// <param name="chainIntact">Whether the chain held to its end. Where it is broken nothing is said of what lies behind the break.</param>
    public AnchorReport End(bool chainIntact)
    {
        var notes = new List<string>();
        var (links, orphans) = Links(notes);
        List<AnchorFinding> findings = [.. _altered, .. links];
        var doubted = _differ.Concat(chainIntact ? _anchors.Where(a => a.Anchor.Sequence > _entries) : []).ToList();
        var disowned = doubted.Where(a => IsDisowned(a.Anchor, orphans)).ToList();
        findings.AddRange(disowned.Select(a => new AnchorFinding(AnchorVerdict.AnchorAltered, a.File, null,
            $"Anchor {a.File} was altered: the ledger holds what later anchors saw, and no anchor names this one as the one before it.")));
        var last = _anchors.Where(a => _stand.Contains(a.Anchor)).OrderBy(a => a.Anchor.Sequence)
            .Select(a => new StandingAnchor(a.File, a.Anchor.Sequence, a.Anchor.At)).LastOrDefault();

        if (_differ.Except(disowned).OrderBy(a => a.Anchor.Sequence).FirstOrDefault() is { Anchor: { } seen } first)
        {
            var sound = _anchors.Where(a => _stand.Contains(a.Anchor) && a.Anchor.Sequence < seen.Sequence).OrderBy(a => a.Anchor.Sequence).LastOrDefault();
            findings.Add(new AnchorFinding(AnchorVerdict.Rewritten, first.File, seen.Sequence, Invariant(
                $"The ledger was REWRITTEN before entry {seen.Sequence + 1}: anchor {first.File} of {seen.At:u} saw another entry {seen.Sequence}. ") + (sound.Anchor is null
                ? "No earlier anchor stands."
                : Invariant($"Up to entry {sound.Anchor.Sequence} it is what it was (anchor {sound.File})."))));
        }
        if (doubted.Except(disowned).Where(a => a.Anchor.Sequence > _entries).OrderBy(a => a.Anchor.Sequence).LastOrDefault() is { Anchor: { } beyond } cut)
        {
            findings.Add(new AnchorFinding(AnchorVerdict.CutOff, cut.File, _entries, Invariant(
                $"The ledger was CUT OFF after entry {_entries}: anchor {cut.File} of {beyond.At:u} saw entry {beyond.Sequence}, so at least {beyond.Sequence - _entries} entries are gone.")));
        }
        findings = [.. findings.OrderByDescending(f => f.Kind)];
        return new AnchorReport(findings.Count == 0 ? AnchorVerdict.Intact : findings[0].Kind, _files, last, _entries - (last?.Sequence ?? 0), findings, notes);
    }

    /// <summary>What does not hold in the anchors' own chain, and the anchors that name one before them that is not here.</summary>
    private (List<AnchorFinding> Findings, List<LedgerAnchor> Orphans) Links(List<string> notes)
    {
        var findings = new List<AnchorFinding>();
        var orphans = new List<LedgerAnchor>();
        foreach (var (file, anchor) in _anchors)
        {
            var isFirst = ReferenceEquals(anchor, _anchors[0].Anchor);
            if (anchor.PreviousAnchor == LedgerChain.Genesis)
            {
                if (!isFirst)
                    notes.Add($"{file} begins a new chain of anchors: the folder was empty when it was made, or could not be seen.");
            }
            else if (_anchors.Find(a => a.Anchor.AnchorHash == anchor.PreviousAnchor) is { Anchor: { } previous } before)
            {
                if (previous.Sequence > anchor.Sequence || previous.At > anchor.At)
                    findings.Add(new AnchorFinding(AnchorVerdict.AnchorAltered, file, null, $"Anchor {file} was altered: it is older or saw fewer entries than {before.File}, which it names as the one before it."));
            }
            else if (!_known.Contains(anchor.PreviousAnchor))
            {
                if (isFirst)
                {
                    notes.Add($"{file} is the earliest anchor here; it follows one that is not here.");
                    continue;
                }
                orphans.Add(anchor);
                findings.Add(new AnchorFinding(AnchorVerdict.AnchorMissing, file, null, $"The anchor that {file} names as the one before it is not here: it was removed, or altered together with its hash."));
            }
        }
        return (findings, orphans);
    }

    /// <summary>
    /// Whether an anchor that the ledger contradicts is itself at fault: nobody names it, while a later one that stands names another that
    /// is not here. A ledger that holds the later one's entry holds every entry before it as it was then.
    /// </summary>
    private bool IsDisowned(LedgerAnchor doubted, List<LedgerAnchor> orphans) =>
        !_anchors.Exists(a => a.Anchor.PreviousAnchor == doubted.AnchorHash) && orphans.Exists(o => o.At >= doubted.At && _stand.Contains(o));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
