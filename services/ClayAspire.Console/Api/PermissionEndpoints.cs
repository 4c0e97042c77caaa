using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Permissions;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>The least-privilege audit: what the integration user of a connection may do, against what it is to have.</summary>
internal static class PermissionEndpoints
{
    private static readonly string[] Columns = ["connection", "read_at", "area", "subject", "standing", "expected", "found", "granted_by", "text"];

    public static void MapPermissions(this RouteGroupBuilder api)
    {
        var permissions = api.MapGroup("/permissions").WithTags("Permissions");
        permissions.MapGet("/", async (PermissionAuditStore store, CancellationToken cancel) => (await store.LatestAsync(cancel)).Select(PermissionAuditView.Of))
            .WithSummary("The latest audit of each connection: verdict, counts, when the CRM was read.").Produces<IEnumerable<PermissionAuditView>>();
        permissions.MapPost("/audits", AuditAsync).RequireAuthorization(Access.AuditPermissions).WithSummary("Asks the worker to read what the integration user may do, and to judge it, now.")
            .Produces<PermissionAuditOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        permissions.MapGet("/audits/{id:guid}", FindAsync).WithSummary("One audit. 404 with code permission-audit-pending while the worker reads.")
            .Produces<PermissionAuditView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        permissions.MapGet("/audits/{id:guid}/findings", FindingsAsync).WithSummary("Its findings; what is not right stands first.")
            .Produces<PageOf<PermissionFindingView>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        permissions.MapGet("/audits/{id:guid}/findings.csv", FindingsCsvAsync).WithSummary("The same as CSV, all rows.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> AuditAsync(PermissionAuditOrder order, PermissionDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(order.Connection, Caller.Of(user), cancel);
        if (refusal is not null)
            return Problems.Of(refusal);
        var location = $"/api/permissions/audits/{id:D}";
        return Results.Accepted(location, new PermissionAuditOrdered(id, location));
    }

    private static async Task<IResult> FindAsync(Guid id, PermissionDesk desk, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Audit is { } audit ? Results.Ok(PermissionAuditView.Of(audit)) : Problems.Of(found.Refusal!);
    }

    private static async Task<IResult> FindingsAsync(Guid id, HttpRequest request, [AsParameters] FindingQuery query, PermissionDesk desk, PermissionAuditStore store, CancellationToken cancel)
    {
        _ = query;
        var (_, problem) = await ReadyAsync(id, request, desk, cancel);
        if (problem is not null)
            return Problems.Of(problem);
        var view = PermissionView.Of(TableQuery.From(request), 100);
        return Results.Ok(PageOf<PermissionFindingView>.Of(await store.FindingsAsync(id, view.Filter, view.Sort, view.Descending, view.Page, view.Size, cancel), PermissionFindingView.Of));
    }

    private static async Task<IResult> FindingsCsvAsync(Guid id, HttpRequest request, [AsParameters] FindingQuery query, PermissionDesk desk, PermissionAuditStore store, CancellationToken cancel)
    {
        _ = query;
        var (audit, problem) = await ReadyAsync(id, request, desk, cancel);
        if (problem is not null)
            return Problems.Of(problem);
        var view = PermissionView.Of(TableQuery.From(request), 500);
        return Csv.Of($"permissions-{audit!.Connection}", Csv.Pages(n => store.FindingsAsync(id, view.Filter, view.Sort, view.Descending, n, 500, cancel)), Columns,
            f => [audit.Connection, audit.ReadAt, f.Area, f.Subject, f.Standing, f.Expected, f.Found, f.GrantedBy, f.Text]);
    }

    private static async Task<(PermissionAuditRow? Audit, Reason? Problem)> ReadyAsync(Guid id, HttpRequest request, PermissionDesk desk, CancellationToken cancel)
    {
        if (PermissionView.Problem(TableQuery.From(request)) is { } problem)
            return (null, problem);
        var found = await desk.FindAsync(id, cancel);
        return (found.Audit, found.Refusal);
    }

    /// <summary>The filter as the OpenAPI document shows it.</summary>
    internal sealed class FindingQuery
    {
        [FromQuery(Name = "area")] public string? Area { get; init; }
        [FromQuery(Name = "standing")] public string? Standing { get; init; }
        [FromQuery(Name = "subject")] public string? Subject { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}

/// <summary>Body of <c>POST /api/permissions/audits</c>.</summary>
internal sealed record PermissionAuditOrder(string? Connection);

/// <summary>Answer to it: where the audit will be once it is made.</summary>
internal sealed record PermissionAuditOrdered(Guid AuditId, string Location);

/// <summary>One audit. Without a user nothing was read, and the fault says why.</summary>
internal sealed record PermissionAuditView(
    Guid Id, string Connection, string AskedBy, DateTimeOffset ReadAt, string PolicyVersion, string Verdict, int Right, int TooMuch, int Missing, int Unknown,
    string? UserId, string? UserName, string? Profile, string? Role, int ApiCalls, string? FaultCode, string? Fault)
{
    public static PermissionAuditView Of(PermissionAuditRow a) => new(
        a.Id, a.Connection, a.AskedBy, a.ReadAt, a.PolicyVersion, a.Verdict, a.Rights, a.TooMuch, a.Missing, a.Unknown,
        a.UserId, a.UserName, a.Profile, a.Role, a.ApiCalls, a.FaultCode, a.Fault);
}

/// <summary>One thing that an audit looked at.</summary>
internal sealed record PermissionFindingView(string Area, string Subject, string Standing, string Expected, string Found, string GrantedBy, string Text)
{
    public static PermissionFindingView Of(PermissionFindingRow f) => new(f.Area, f.Subject, f.Standing, f.Expected, f.Found, f.GrantedBy, f.Text);
}
