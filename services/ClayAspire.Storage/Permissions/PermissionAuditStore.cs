using ClayAspire.Domain.Permissions;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Permissions;

/// <summary>Which findings are asked for; null asks for all.</summary>
/// <param name="Area">A name of <see cref="PermissionNaming.Areas"/>.</param>
/// <param name="Standing">A name of <see cref="PermissionNaming.Standings"/>.</param>
/// <param name="Subject">A part of the subject, whatever its case.</param>
public sealed record PermissionFilter(string? Area = null, string? Standing = null, string? Subject = null);

/// <summary>Audits of integration users: what was read, when, and how it stands.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
public sealed class PermissionAuditStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts)
{
    /// <summary>Columns that findings can be sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["area", "subject", "standing", "found"];

    /// <summary>Stores an audit with its findings, or nothing when it is stored already.</summary>
    /// <returns>False when it is stored already.</returns>
    public async Task<bool> SaveAsync(PermissionAuditRow audit, IReadOnlyList<PermissionFinding> findings, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var inserted = await transaction.Command("Permissions/PermissionAuditInsertUnlessKnown.sql")
            .With("id", audit.Id).With("connection", audit.Connection).With("asked_by", audit.AskedBy).With("read_at", audit.ReadAt).With("policy", audit.PolicyVersion)
            .With("verdict", audit.Verdict).With("rights", audit.Rights).With("too_much", audit.TooMuch).With("missing", audit.Missing).With("unknown", audit.Unknown)
            .With("user_id", audit.UserId).With("user_name", audit.UserName).With("profile", audit.Profile).With("role", audit.Role).With("api_calls", audit.ApiCalls)
            .With("fault_code", audit.FaultCode).With("fault", audit.Fault).RunAsync(cancel);
        if (inserted == 0)
            return false;
        await transaction.Command("Permissions/PermissionFindingInsert.sql")
            .With("audit", audit.Id).With("ordinals", findings.Select((_, i) => i)).With("areas", findings.Select(f => PermissionNaming.Name(f.Area)))
            .With("subjects", findings.Select(f => f.Subject)).With("standings", findings.Select(f => PermissionNaming.Name(f.Standing)))
            .With("expected", findings.Select(f => f.Expected)).With("found", findings.Select(f => f.Found))
            .With("granted", findings.Select(f => string.Join(", ", f.GrantedBy))).With("texts", findings.Select(f => f.Text)).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    /// <summary>An audit, or null while there is none of that id.</summary>
    public async Task<PermissionAuditRow?> FindAsync(Guid id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.PermissionAudits.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id, cancel);
    }

    /// <summary>The latest audit of each connection, by connection.</summary>
    public async Task<IReadOnlyList<PermissionAuditRow>> LatestAsync(CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.PermissionAudits.AsNoTracking()
            .Where(a => !context.PermissionAudits.Any(o => o.Connection == a.Connection && (o.ReadAt > a.ReadAt || (o.ReadAt == a.ReadAt && o.Id > a.Id))))
            .OrderBy(a => a.Connection).ToListAsync(cancel);
    }

    /// <summary>Findings of an audit.</summary>
    public async Task<PagedRows<PermissionFindingRow>> FindingsAsync(Guid auditId, PermissionFilter filter, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var found = context.PermissionFindings.AsNoTracking().Where(f => f.AuditId == auditId);
        if (filter.Area is { } area)
            found = found.Where(f => f.Area == area);
        if (filter.Standing is { } standing)
            found = found.Where(f => f.Standing == standing);
        if (!string.IsNullOrWhiteSpace(filter.Subject))
        {
            // Names are full of underscores, which are no wildcards here.
            var part = Storable.Text(filter.Subject.Trim()).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
            found = found.Where(f => EF.Functions.ILike(f.Subject, $"%{part}%", "\\"));
        }
        var rows = await Sorted(found, sort, descending).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<PermissionFindingRow>(rows, await found.LongCountAsync(cancel), number, size);
    }

    private static IQueryable<PermissionFindingRow> Sorted(IQueryable<PermissionFindingRow> found, string? sort, bool descending)
    {
        var sorted = (sort, descending) switch
        {
            ("area", false) => found.OrderBy(f => f.Area),
            ("area", true) => found.OrderByDescending(f => f.Area),
            ("subject", false) => found.OrderBy(f => f.Subject),
            ("subject", true) => found.OrderByDescending(f => f.Subject),
            ("standing", true) => found.OrderBy(f => f.Standing == "right"),
            ("standing", false) => found.OrderByDescending(f => f.Standing == "right"),
            ("found", false) => found.OrderBy(f => f.Found),
            ("found", true) => found.OrderByDescending(f => f.Found),
            // What somebody must do something about stands first.
            _ => found.OrderBy(f => f.Standing == "right"),
        };
        return sorted.ThenBy(f => f.Ordinal);
    }
}
