using ClayAspire.Console.Components;
using ClayAspire.Domain.Policy;
using ClayAspire.Storage;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.Console.Pages;

/// <summary>What the parts of a plan's page show. Cells or groups: exactly one of the two.</summary>
public sealed record PlanView
{
    /// <summary>The plan.</summary>
    public required PlanRow Plan { get; init; }

    /// <summary>The plan's flow under the policy in force; null when it has none such.</summary>
    public required Flow? Flow { get; init; }

    /// <summary>The page's address.</summary>
    public required TableQuery Query { get; init; }

    /// <summary>The time of the page.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether this person is offered the buttons of a decision.</summary>
    public required bool MayDecide { get; init; }

    /// <summary>How many changes were declined.</summary>
    public required DeclinedCount Declined { get; init; }

    /// <summary>The latest look for drift.</summary>
    public PlanDriftLookRow? Look { get; init; }

    /// <summary>The cells of this page.</summary>
    public PagedRows<PlanCellRow>? Cells { get; init; }

    /// <summary>What became of them.</summary>
    public IReadOnlyDictionary<int, CellStanding> Standing { get; init; } = new Dictionary<int, CellStanding>();

    /// <summary>The groups of this page.</summary>
    public PagedRows<CellGroup>? Groups { get; init; }

    /// <summary>What the changes are grouped by; null when cells are shown.</summary>
    public string? By => Groups is null ? null : Query["by"];

    /// <summary>The address of the page without its query.</summary>
    public string Path => $"/plans/{Plan.Id:D}";

    /// <summary>Whether it takes back a run.</summary>
    public bool IsUndo => Plan.Kind == PlanKinds.Undo;

    /// <summary>Changes that an approval of the whole plan releases.</summary>
    public int Plain => Plan.Changes - Plan.Named - Declined.Plain;

    /// <summary>Whether the filter names each change that it shows.</summary>
    public bool NamesKind => ChangeKinds.Names(Query["kind"]);

    /// <summary>Whether fewer than all cells are asked for.</summary>
    public bool IsFiltered => Query.IsFiltered(Operations.CellFilters.Keys);

    /// <summary>What becomes of changes that an approval leaves out.</summary>
    public string TheOthers => IsUndo ? "The others stay as they are." : "The others are offered again in the next plan.";
}
