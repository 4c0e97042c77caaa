using System.CommandLine;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build(GlobalOptions options, CliWorld world)
    {
        var root = new RootCommand("ClayAspire from the command line: imports, plans, approvals, figures, the ledger, the policy.\nExit codes: 0 ok, 1 refused or negative result, 2 usage, 3 service not reachable.");
        foreach (var option in options.All)
            root.Add(option);
        var on = new CommandBinder(options, world);
        root.Add(ImportCommand.Build(on));
        root.Add(PlanCommands.Build(on));
        root.Add(ApprovalCommands.BuildApprove(on));
        root.Add(ApprovalCommands.BuildDecline(on));
        root.Add(ApprovalCommands.BuildRefuse(on));
        root.Add(RunCommands.Build(on));
        root.Add(UndoCommand.Build(on));
        root.Add(ExplainCommand.Build(on));
        root.Add(DriftCommand.Build(on));
        root.Add(DiscrepancyCommands.Build(on));
        root.Add(AuditCommands.Build(on));
        root.Add(ExportCommands.Build(on));
        root.Add(KpiCommand.Build(on));
        root.Add(LedgerCommands.Build(on));
        root.Add(PolicyCommands.Build(on));
        root.Add(ContractCommands.Build(on));
        root.Add(SuppressionCommands.Build(on));
        root.Add(NormaliseCommand.Build(on));
        root.Add(SandboxCommands.Build(on));
        root.Add(MeasureCommands.Build(on));
        root.Add(DemoCommands.Build(on));
        return root;
    }
}

/// <summary>Gives a command its action: a session that ends with it.</summary>
internal sealed class CommandBinder(GlobalOptions options, CliWorld world)
{
    public CliWorld World => world;

    public void Run(Command command, Func<ParseResult, Session, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancel) =>
        {
            using var session = new Session(parsed, options, world);
            return await action(parsed, session, cancel);
        });
}
