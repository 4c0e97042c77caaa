using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>Body of <c>POST /api/contracts/{connection}/{object}/{field}/sign</c>.</summary>
internal sealed record ContractSigning(string? Hash, string? Basis, DateOnly? ExpiresOn);

/// <summary>Body of <c>suspend</c>, <c>resume</c> and <c>send-to-legal</c>; only a suspension needs a reason.</summary>
internal sealed record ContractMove(string? Reason);

/// <summary>One fact of a contract's life.</summary>
internal sealed record ContractFact(
    string Action, string By, string Role, DateTimeOffset At, string? Basis, DateOnly? ExpiresOn, string? Reason, string ContractHash, IReadOnlyList<string> Terms)
{
    public static ContractFact Of(ContractSignature s) =>
        new(ContractSignature.NameOf(s.Action), s.By, s.Role, s.At, s.LegalBasis, s.ExpiresOn, s.Reason, s.ContractHash, s.Terms);
}

/// <summary>A contract as it stands. Records, fill and gain are there while it is a draft or Pending Legal.</summary>
internal sealed record ContractSummary(
    string Connection, string Object, string Field, string Type, string Status, string FileStatus, string? Remark, bool TakesSignature, string Signature,
    ContractFact? Signed, ContractFact? Suspension, string Rule, string? Protect, IReadOnlyList<string> Sources, string Owner, int? MaxLength, IReadOnlyList<string> Values, string Why, string Hash,
    long HeldValues, long? LiveRecords, long? FilledRecords, long? Gain, double? FillRate, double? FillRateIfSigned)
{
    public static ContractSummary Of(ContractView v)
    {
        var (c, s) = (v.Contract, v.Standing);
        return new ContractSummary(
            c.Connection, c.Object, c.Field, c.Type.ToString().ToLowerInvariant(), c.Status.ToString(), s.FileStatus.ToString(), s.Remark, s.TakesSignature, s.Signature.ToString().ToLowerInvariant(),
            s.Signed is null ? null : ContractFact.Of(s.Signed), s.Suspension is null ? null : ContractFact.Of(s.Suspension),
            FieldContract.RuleName(c.Rule), FieldContract.ProtectionName(c.Protect), c.Sources, c.Owner, c.MaxLength, c.Values, c.Why, c.Hash,
            v.Held, v.Stake?.Live, v.Stake?.Filled, v.Stake?.Gain, v.Stake?.Rate, v.Stake?.RateIfSigned);
    }
}

/// <summary>A contract with everything that was ever set down about it.</summary>
internal sealed record ContractDetail(ContractSummary Contract, IReadOnlyList<string> Terms, IReadOnlyList<ContractFact> History);

/// <summary>Field contracts: look, send to Legal, sign, suspend, resume.</summary>
internal static class ContractEndpoints
{
    public static void MapContracts(this RouteGroupBuilder api)
    {
        var contracts = api.MapGroup("/contracts").WithTags("Contracts");
        contracts.MapGet("/", ListAsync).WithSummary("The field contracts as they stand: status in force, signature, what waits, the fill rate it costs.")
            .Produces<PageOf<ContractSummary>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/contracts.csv", CsvAsync).WithTags("Contracts").WithSummary("The same as CSV, all rows.");
        var one = contracts.MapGroup("/{connection}/{object}/{field}");
        one.MapGet("/", FindAsync).WithSummary("One contract with its terms and its history.").Produces<ContractDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("/history.csv", HistoryCsvAsync).WithSummary("Its history as CSV, newest first.");
        Doing(one.MapPost("/sign", (string connection, string @object, string field, ContractSigning body, ContractDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
            DoAsync(desk, new ContractKey(connection, @object, field), Request(SignatureAction.Signed, user) with { Hash = body.Hash, LegalBasis = body.Basis, ExpiresOn = body.ExpiresOn }, cancel)))
            .WithSummary("A DPO signs the contract with this hash, on a legal basis, until a last day or without end. Values held are offered in the next plan.");
        foreach (var (action, summary) in new[]
        {
            (SignatureAction.Suspended, "Stops the contract at once; the reason goes into the ledger. Values are held until it is resumed."),
            (SignatureAction.Resumed, "Lifts the suspension."),
            (SignatureAction.SentToLegal, "A draft's owner sends it to Legal."),
        })
            Doing(one.MapPost($"/{ContractWords.Of(action).Path}", (string connection, string @object, string field, ContractMove body, ContractDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
                DoAsync(desk, new ContractKey(connection, @object, field), Request(action, user) with { Reason = body.Reason }, cancel))).WithSummary(summary);
    }

    private static RouteHandlerBuilder Doing(RouteHandlerBuilder endpoint) => endpoint.Produces<ContractSummary>().ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static ContractRequest Request(SignatureAction action, ClaimsPrincipal user)
    {
        var caller = Caller.Of(user);
        return new ContractRequest(action, caller.UserName, caller.Roles);
    }

    private static async Task<IResult> DoAsync(ContractDesk desk, ContractKey key, ContractRequest request, CancellationToken cancel)
    {
        if (await desk.SetDownAsync(key, request, cancel) is { } refusal)
            return Problems.Of(refusal);
        var (view, _, gone) = await desk.FindAsync(key, cancel);
        return view is null ? Problems.Of(gone!) : Results.Ok(ContractSummary.Of(view));
    }

    private static async Task<IResult> ListAsync(ContractDesk desk, HttpRequest request, [AsParameters] ContractQuery shown, CancellationToken cancel)
    {
        var query = TableQuery.From(request);
        if (ContractFilters.Problem(query) is { } problem)
            return Problems.Of(problem);
        var rows = ContractFilters.Apply(await desk.ListAsync(query["connection"], cancel), query);
        var size = Math.Clamp(shown.Size ?? 100, 1, 500);
        return Results.Ok(new PageOf<ContractSummary>([.. rows.Skip((int)Math.Min((long)(query.Page - 1) * size, int.MaxValue)).Take(size).Select(ContractSummary.Of)], rows.Count, query.Page, size));
    }

    private static async Task<IResult> FindAsync(string connection, string @object, string field, ContractDesk desk, CancellationToken cancel)
    {
        var (view, history, refusal) = await desk.FindAsync(new ContractKey(connection, @object, field), cancel);
        return view is null ? Problems.Of(refusal!) : Results.Ok(new ContractDetail(ContractSummary.Of(view), view.Contract.Terms, [.. history.Select(ContractFact.Of)]));
    }

    private static async Task<IResult> CsvAsync(ContractDesk desk, HttpRequest request, CancellationToken cancel)
    {
        var query = TableQuery.From(request);
        return ContractFilters.Problem(query) is { } problem
            ? Problems.Of(problem)
            : Csv.Of("field-contracts", Csv.Stream(ContractFilters.Apply(await desk.ListAsync(query["connection"], cancel), query).Select(ContractSummary.Of)),
                ["connection", "object", "field", "type", "status", "file_status", "rule", "protect", "sources", "owner", "max_length", "signature", "signed_by", "signed_at", "legal_basis", "expires_on",
                    "suspended_by", "suspended_at", "suspension_reason", "remark", "held_values", "live_records", "filled_records", "gain", "fill_rate", "fill_rate_if_signed", "contract_hash", "why"],
                c => [c.Connection, c.Object, c.Field, c.Type, c.Status, c.FileStatus, c.Rule, c.Protect, string.Join(' ', c.Sources), c.Owner, c.MaxLength, c.Signature, c.Signed?.By, c.Signed?.At, c.Signed?.Basis,
                    Day(c.Signed?.ExpiresOn), c.Suspension?.By, c.Suspension?.At, c.Suspension?.Reason, c.Remark, c.HeldValues, c.LiveRecords, c.FilledRecords, c.Gain, c.FillRate, c.FillRateIfSigned, c.Hash, c.Why]);
    }

    private static async Task<IResult> HistoryCsvAsync(string connection, string @object, string field, ContractDesk desk, CancellationToken cancel)
    {
        var (view, history, refusal) = await desk.FindAsync(new ContractKey(connection, @object, field), cancel);
        return view is null
            ? Problems.Of(refusal!)
            : Csv.Of($"contract-{field}", Csv.Stream(history.Select(ContractFact.Of)),
                ["at", "action", "by", "role", "legal_basis", "expires_on", "reason", "contract_hash", "terms"],
                f => [f.At, f.Action, f.By, f.Role, f.Basis, Day(f.ExpiresOn), f.Reason, f.ContractHash, string.Join("; ", f.Terms)]);
    }

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The filter as the OpenAPI document shows it.</summary>
    internal sealed class ContractQuery
    {
        [FromQuery(Name = "connection")] public string? Connection { get; init; }
        [FromQuery(Name = "status")] public string? Status { get; init; }
        [FromQuery(Name = "q")] public string? Search { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}
