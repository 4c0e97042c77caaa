using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.Plans;

/// <content>
/// The cells of a plan, filtered, sorted, paged and grouped by the database. What goes through many cells carries their ordinals only; the rows
/// of a page are fetched by key afterwards, so that no sort and no search moves the evidence of 100,000 cells.
/// </content>
public sealed partial class PlanStore
{
    private const string Escape = @"\";

    /// <summary>One page of a plan's cells.</summary>
    public async Task<PagedRows<PlanCellRow>> CellsAsync(Guid planId, CellFilter filter, CancellationToken cancel)
    {
        var (number, size) = Paging.Bound(filter.Number, filter.Size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var (ordinals, total) = await OrdinalsAsync(context, planId, filter, Paging.Offset(number, size), size, cancel);
        var rows = await context.PlanCells.AsNoTracking().Where(c => c.PlanId == planId && ordinals.Contains(c.Ordinal)).ToDictionaryAsync(c => c.Ordinal, cancel);
        return new PagedRows<PlanCellRow>([.. ordinals.Where(rows.ContainsKey).Select(o => rows[o])], total, number, size);
    }

    /// <summary>All cells of a plan that the filter lets through, with what became of them, streamed; for exports.</summary>
    public async IAsyncEnumerable<StandingCell> ReadCellsAsync(Guid planId, CellFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var cells = Sorted(Filtered(context, planId, filter), filter)
            .LeftJoin(context.DeclinedCells.Where(d => d.PlanId == planId), c => c.Ordinal, d => d.Ordinal, (c, d) => new { Cell = c, Declined = d })
            .LeftJoin(context.PlanDrift.Where(d => d.PlanId == planId), c => c.Cell.Ordinal, d => d.Ordinal, (c, d) => new { c.Cell, c.Declined, Drift = d })
            .Select(x => new StandingCell(
                new PlanCellRow
                {
                    PlanId = x.Cell.PlanId,
                    Ordinal = x.Cell.Ordinal,
                    Object = x.Cell.Object,
                    RecordId = x.Cell.RecordId,
                    Field = x.Cell.Field,
                    Verdict = x.Cell.Verdict,
                    OldValue = x.Cell.OldValue,
                    NewValue = x.Cell.NewValue,
                    ReasonCode = x.Cell.ReasonCode,
                    Reason = x.Cell.Reason,
                    RuleId = x.Cell.RuleId,
                    Source = x.Cell.Source,
                    WinnerSignal = x.Cell.WinnerSignal,
                    RecordVersion = x.Cell.RecordVersion,
                    WaitsFor = x.Cell.WaitsFor,
                    Caution = x.Cell.Caution,
                    Change = x.Cell.Change,
                },
                new CellStanding(x.Declined, x.Drift)));
        await foreach (var cell in cells.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancel))
            yield return cell;
    }

    /// <summary>What became of some cells while their plan waits; a cell that nothing became of is absent.</summary>
    public async Task<IReadOnlyDictionary<int, CellStanding>> StandingAsync(Guid planId, IReadOnlyCollection<int> ordinals, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var declined = await context.DeclinedCells.AsNoTracking().Where(d => d.PlanId == planId && ordinals.Contains(d.Ordinal)).ToDictionaryAsync(d => d.Ordinal, cancel);
        var drifted = await context.PlanDrift.AsNoTracking().Where(d => d.PlanId == planId && ordinals.Contains(d.Ordinal)).ToDictionaryAsync(d => d.Ordinal, cancel);
        return declined.Keys.Union(drifted.Keys).ToDictionary(o => o, o => new CellStanding(declined.GetValueOrDefault(o), drifted.GetValueOrDefault(o)));
    }

    /// <summary>The changes of a plan that the filter lets through, by ordinal, without those that were declined.</summary>
    public async Task<IReadOnlySet<int>> ChangesAsync(Guid planId, CellFilter filter, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await Filtered(context, planId, filter).Where(c => c.Change != null && !context.DeclinedCells.Any(d => d.PlanId == planId && d.Ordinal == c.Ordinal))
            .Select(c => c.Ordinal).ToHashSetAsync(cancel);
    }

    /// <summary>The changes of a plan that the filter lets through, in groups. Kinds of change stand in an order of their own.</summary>
    /// <param name="planId">The plan.</param>
    /// <param name="by">One of <see cref="CellGroupings"/>.</param>
    /// <param name="filter">Which changes, and which page of groups in which order (one of <see cref="CellGroupings.Sorts"/>; default the largest first).</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <exception cref="ArgumentException">There is no such key.</exception>
    public async Task<PagedRows<CellGroup>> GroupsAsync(Guid planId, string by, CellFilter filter, CancellationToken cancel)
    {
        var (number, size) = Paging.Bound(filter.Number, filter.Size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var changes = Filtered(context, planId, filter).Where(c => c.Change != null);
        var (tallies, total) = by == CellGroupings.Kind
            ? await KindsAsync(Tally(context, planId, changes, by), cancel)
            : await PageAsync(Tally(context, planId, changes, by), filter, Paging.Offset(number, size), size, cancel);
        var samples = tallies.ConvertAll(t => t.Sample);
        var rows = await context.PlanCells.AsNoTracking().Where(c => c.PlanId == planId && samples.Contains(c.Ordinal)).ToDictionaryAsync(c => c.Ordinal, cancel);
        return new PagedRows<CellGroup>([.. tallies.Select(t => new CellGroup(FilterOf(by, t.Key), t.Changes, t.Named, t.Declined, t.Drifted, rows[t.Sample]))], total, number, size);
    }

    /// <summary>How many cells of a plan were answered with which verdict and reason.</summary>
    public async Task<IReadOnlyList<ReasonCount>> ReasonsAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.PlanCells.Where(c => c.PlanId == planId).GroupBy(c => new { c.Verdict, c.ReasonCode })
            .OrderBy(g => g.Key.Verdict).ThenBy(g => g.Key.ReasonCode).Select(g => new ReasonCount(g.Key.Verdict, g.Key.ReasonCode, g.Count())).ToListAsync(cancel);
    }

    private static async Task<(List<int> Ordinals, long Total)> OrdinalsAsync(SyncDbContext context, Guid planId, CellFilter filter, int offset, int size, CancellationToken cancel)
    {
        var cells = Filtered(context, planId, filter);
        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            // To look for a text is what costs here: once for the page and the count.
            var found = await Sorted(cells, filter).Select(c => c.Ordinal).ToListAsync(cancel);
            return ([.. found.Skip(offset).Take(size)], found.Count);
        }
        var total = await KnownCountAsync(context, planId, filter, cancel) ?? await cells.LongCountAsync(cancel);
        if (filter.Sort is null or "" or "ordinal" && !filter.Descending && filter == new CellFilter(Sort: filter.Sort, Number: filter.Number, Size: filter.Size))
            return ([.. Enumerable.Range(offset, (int)Math.Clamp(total - offset, 0, size))], total);
        return (await Sorted(cells, filter).Select(c => c.Ordinal).Skip(offset).Take(size).ToListAsync(cancel), total);
    }

    /// <summary>The counts that stand in the plan's row; null when the filter asks for more than a verdict.</summary>
    private static async Task<long?> KnownCountAsync(SyncDbContext context, Guid planId, CellFilter filter, CancellationToken cancel)
    {
        if (filter != new CellFilter(Verdict: filter.Verdict, Sort: filter.Sort, Descending: filter.Descending, Number: filter.Number, Size: filter.Size))
            return null;
        var counts = await context.Plans.Where(p => p.Id == planId).Select(p => new { p.Changes, p.Keeps, p.Holds, p.Refusals }).FirstOrDefaultAsync(cancel);
        return counts is null ? 0 : filter.Verdict switch
        {
            null => (long)counts.Changes + counts.Keeps + counts.Holds + counts.Refusals,
            nameof(Domain.Writeback.Verdict.Write) => counts.Changes,
            nameof(Domain.Writeback.Verdict.Keep) => counts.Keeps,
            nameof(Domain.Writeback.Verdict.Hold) => counts.Holds,
            nameof(Domain.Writeback.Verdict.Refuse) => counts.Refusals,
            _ => 0,
        };
    }

    private static IQueryable<PlanCellRow> Filtered(SyncDbContext context, Guid planId, CellFilter filter)
    {
        var cells = context.PlanCells.AsNoTracking().Where(c => c.PlanId == planId);
        if (filter.Verdict is { } verdict)
            cells = cells.Where(c => c.Verdict == verdict);
        if (filter.Object is { } @object)
            cells = cells.Where(c => c.Object == @object);
        if (filter.Field is { } field)
            cells = cells.Where(c => c.Field == field);
        if (filter.RecordId is { } record)
            cells = cells.Where(c => c.RecordId == record);
        if (filter.Rule is { } rule)
            cells = cells.Where(c => c.RuleId == rule);
        if (filter.Source is { } source)
            cells = cells.Where(c => c.Source == source);
        if (filter.PlainOnly)
            cells = cells.Where(c => c.Change != null && c.Caution == null);
        cells = OfKind(context, cells, filter.Kind);
        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var escaped = Storable.Text(filter.Search.Trim()).Replace(@"\", @"\\", StringComparison.Ordinal)
                .Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
            var pattern = $"%{escaped}%";
            cells = cells.Where(c =>
                EF.Functions.ILike(c.RecordId, pattern, Escape) || EF.Functions.ILike(c.Field, pattern, Escape) || EF.Functions.ILike(c.Reason, pattern, Escape)
                || (c.OldValue != null && EF.Functions.ILike(c.OldValue, pattern, Escape)) || (c.NewValue != null && EF.Functions.ILike(c.NewValue, pattern, Escape))
                || (c.Source != null && EF.Functions.ILike(c.Source, pattern, Escape)));
        }
        return cells;
    }

    private static IQueryable<PlanCellRow> OfKind(SyncDbContext context, IQueryable<PlanCellRow> cells, string? kind) => kind switch
    {
        null => cells,
        ChangeKinds.Fill or ChangeKinds.Overwrite or ChangeKinds.Clear => cells.Where(c => c.Change == kind),
        ChangeKinds.Named => cells.Where(c => c.Caution != null),
        ChangeKinds.Plain => cells.Where(c => c.Change != null && c.Caution == null),
        ChangeKinds.LowConfidence => cells.Where(c => c.Caution == CautionText.LowConfidence || c.Caution == CautionText.Overwrite + "+" + CautionText.LowConfidence),
        ChangeKinds.Declined => cells.Where(c => context.DeclinedCells.Any(d => d.PlanId == c.PlanId && d.Ordinal == c.Ordinal)),
        ChangeKinds.Drifted => cells.Where(c => context.PlanDrift.Any(d => d.PlanId == c.PlanId && d.Ordinal == c.Ordinal)),
        _ => throw new ArgumentException($"'{kind}' is no kind of change. Use {string.Join(", ", ChangeKinds.All)}."),
    };

    private static IQueryable<PlanCellRow> Sorted(IQueryable<PlanCellRow> cells, CellFilter filter)
    {
        IOrderedQueryable<PlanCellRow> By<TKey>(Expression<Func<PlanCellRow, TKey>> key) =>
            filter.Descending ? cells.OrderByDescending(key) : cells.OrderBy(key);
        var sorted = filter.Sort switch
        {
            null or "" or "ordinal" => By(c => c.Ordinal),
            "object" => By(c => c.Object),
            "record" => By(c => c.RecordId),
            "field" => By(c => c.Field),
            "verdict" => By(c => c.Verdict),
            "reason" => By(c => c.ReasonCode),
            "rule" => By(c => c.RuleId),
            "source" => By(c => c.Source),
            "old" => By(c => c.OldValue),
            "new" => By(c => c.NewValue),
            _ => throw new ArgumentException(
                $"'{filter.Sort}' is no column to sort by. Use ordinal, object, record, field, verdict, reason, rule, source, old or new.", nameof(filter)),
        };
        return sorted.ThenBy(c => c.Ordinal);
    }

    private static Expression<Func<Tallied, GroupKey>> KeyOf(string by) => by switch
    {
        CellGroupings.Field => c => new GroupKey { Object = c.Object, Field = c.Field },
        CellGroupings.Record => c => new GroupKey { Object = c.Object, RecordId = c.RecordId },
        CellGroupings.Rule => c => new GroupKey { Rule = c.Rule },
        CellGroupings.Source => c => new GroupKey { Source = c.Source },
        CellGroupings.Kind => c => new GroupKey { Change = c.Change, Caution = c.Caution },
        _ => throw new ArgumentException($"Changes are not grouped by '{by}'. Use {string.Join(", ", CellGroupings.All)}."),
    };

    private static IQueryable<GroupTally> Tally(SyncDbContext context, Guid planId, IQueryable<PlanCellRow> changes, string by) =>
        changes
            .LeftJoin(context.DeclinedCells.Where(d => d.PlanId == planId), c => c.Ordinal, d => d.Ordinal, (c, d) => new { Cell = c, IsDeclined = d != null })
            .LeftJoin(context.PlanDrift.Where(d => d.PlanId == planId), c => c.Cell.Ordinal, d => d.Ordinal, (c, d) => new Tallied
            {
                Ordinal = c.Cell.Ordinal,
                Object = c.Cell.Object,
                RecordId = c.Cell.RecordId,
                Field = c.Cell.Field,
                Rule = c.Cell.RuleId,
                Source = c.Cell.Source,
                Change = c.Cell.Change,
                Caution = c.Cell.Caution,
                IsDeclined = c.IsDeclined,
                IsDrifted = d != null,
            })
            .GroupBy(KeyOf(by))
            .Select(g => new GroupTally
            {
                Key = g.Key,
                Changes = g.Count(),
                Named = g.Count(x => x.Caution != null),
                Declined = g.Count(x => x.IsDeclined),
                Drifted = g.Count(x => x.IsDrifted),
                Sample = g.Min(x => x.Ordinal),
            });

    private static async Task<(List<GroupTally> Page, long Total)> PageAsync(IQueryable<GroupTally> groups, CellFilter filter, int offset, int size, CancellationToken cancel)
    {
        IOrderedQueryable<GroupTally> By(Expression<Func<GroupTally, int>> key, bool descending) => descending ? groups.OrderByDescending(key) : groups.OrderBy(key);
        var sorted = filter.Sort switch
        {
            null or "" => By(g => g.Changes, descending: true),
            "changes" => By(g => g.Changes, filter.Descending),
            "named" => By(g => g.Named, filter.Descending),
            "declined" => By(g => g.Declined, filter.Descending),
            "drifted" => By(g => g.Drifted, filter.Descending),
            _ => throw new ArgumentException($"Groups are not sorted by '{filter.Sort}'. Use {string.Join(", ", CellGroupings.Sorts)}.", nameof(filter)),
        };
        return (await sorted.ThenBy(g => g.Sample).Skip(offset).Take(size).ToListAsync(cancel), await groups.LongCountAsync(cancel));
    }

    private static async Task<(List<GroupTally> Page, long Total)> KindsAsync(IQueryable<GroupTally> groups, CancellationToken cancel)
    {
        var all = await groups.ToListAsync(cancel);
        GroupTally? Sum(string kind, Func<GroupKey, bool> isOf)
        {
            var of = all.Where(g => isOf(g.Key)).ToList();
            return of.Count == 0 ? null : new GroupTally
            {
                Key = new GroupKey { Change = kind },
                Changes = of.Sum(g => g.Changes),
                Named = of.Sum(g => g.Named),
                Declined = of.Sum(g => g.Declined),
                Drifted = of.Sum(g => g.Drifted),
                Sample = of.Min(g => g.Sample),
            };
        }
        var kinds = new[]
        {
            Sum(ChangeKinds.Fill, k => k.Change == ChangeKinds.Fill), Sum(ChangeKinds.Overwrite, k => k.Change == ChangeKinds.Overwrite), Sum(ChangeKinds.Clear, k => k.Change == ChangeKinds.Clear),
            Sum(ChangeKinds.LowConfidence, k => CautionText.Read(k.Caution).HasFlag(Domain.Writeback.Caution.LowConfidence)),
        }.OfType<GroupTally>().ToList();
        return (kinds, kinds.Count);
    }

    private static CellFilter FilterOf(string by, GroupKey key) => by == CellGroupings.Kind
        ? new CellFilter(Kind: key.Change)
        : new CellFilter(Object: key.Object, Field: key.Field, RecordId: key.RecordId, Rule: key.Rule, Source: key.Source);

    private sealed record GroupKey
    {
        public string? Object { get; init; }

        public string? Field { get; init; }

        public string? RecordId { get; init; }

        public string? Rule { get; init; }

        public string? Source { get; init; }

        public string? Change { get; init; }

        public string? Caution { get; init; }
    }

    private sealed class Tallied
    {
        public required int Ordinal { get; init; }

        public required string Object { get; init; }

        public required string RecordId { get; init; }

        public required string Field { get; init; }

        public required string Rule { get; init; }

        public required string? Source { get; init; }

        public required string? Change { get; init; }

        public required string? Caution { get; init; }

        public required bool IsDeclined { get; init; }

        public required bool IsDrifted { get; init; }
    }

    private sealed class GroupTally
    {
        public required GroupKey Key { get; init; }

        public required int Changes { get; init; }

        public required int Named { get; init; }

        public required int Declined { get; init; }

        public required int Drifted { get; init; }

        public required int Sample { get; init; }
    }
}
