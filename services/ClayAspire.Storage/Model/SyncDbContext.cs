using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.Model;

/// <summary>
/// The tables of schema <c>sync</c> for ordinary reads and writes. The schema itself is made by the SQL files
/// under <c>Migrations/</c>; bulk work and the queue use Npgsql directly.
/// </summary>
/// <param name="options">Made by the pooled factory.</param>
public sealed class SyncDbContext(DbContextOptions<SyncDbContext> options) : DbContext(options)
{
    /// <summary>Imports.</summary>
    public DbSet<ImportJobRow> ImportJobs => Set<ImportJobRow>();

    /// <summary>Signals.</summary>
    public DbSet<SignalRow> Signals => Set<SignalRow>();

    /// <summary>What became of each signal.</summary>
    public DbSet<SignalOutcomeRow> SignalOutcomes => Set<SignalOutcomeRow>();

    /// <summary>Rows that could not be read.</summary>
    public DbSet<QuarantineRow> Quarantine => Set<QuarantineRow>();

    /// <summary>Values offered.</summary>
    public DbSet<CandidateRow> Candidates => Set<CandidateRow>();

    /// <summary>The mirror.</summary>
    public DbSet<CrmRecordRow> CrmRecords => Set<CrmRecordRow>();

    /// <summary>How far the mirror is.</summary>
    public DbSet<MirrorCursorRow> MirrorCursors => Set<MirrorCursorRow>();

    /// <summary>Plans.</summary>
    public DbSet<PlanRow> Plans => Set<PlanRow>();

    /// <summary>Cells of plans.</summary>
    public DbSet<PlanCellRow> PlanCells => Set<PlanCellRow>();

    /// <summary>Approvals and refusals.</summary>
    public DbSet<ApprovalRow> Approvals => Set<ApprovalRow>();

    /// <summary>Changes that were declined.</summary>
    public DbSet<DeclinedCellRow> DeclinedCells => Set<DeclinedCellRow>();

    /// <summary>Looks for drift.</summary>
    public DbSet<PlanDriftLookRow> PlanDriftLooks => Set<PlanDriftLookRow>();

    /// <summary>Changes that drifted.</summary>
    public DbSet<PlanDriftRow> PlanDrift => Set<PlanDriftRow>();

    /// <summary>Runs.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>Cells of runs.</summary>
    public DbSet<RunCellRow> RunCells => Set<RunCellRow>();

    /// <summary>The ledger.</summary>
    public DbSet<LedgerEntryRow> LedgerEntries => Set<LedgerEntryRow>();

    /// <summary>The queue.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();

    /// <summary>Processes that work on the queue.</summary>
    public DbSet<WorkerRow> Workers => Set<WorkerRow>();

    /// <summary>People.</summary>
    public DbSet<PersonRow> People => Set<PersonRow>();

    /// <summary>Callers' keys.</summary>
    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    /// <summary>Flow switches.</summary>
    public DbSet<FlowSwitchRow> FlowSwitches => Set<FlowSwitchRow>();

    /// <summary>Edits that the CRM's field history told us of.</summary>
    public DbSet<FieldEditRow> FieldEdits => Set<FieldEditRow>();

    /// <summary>Samplings of the drift watch.</summary>
    public DbSet<DriftSampleRow> DriftSamples => Set<DriftSampleRow>();

    /// <summary>The latest look at each value that runs verified.</summary>
    public DbSet<DriftObservationRow> DriftObservations => Set<DriftObservationRow>();

    /// <summary>Formulas that did not equal what they are made of.</summary>
    public DbSet<DiscrepancyRow> Discrepancies => Set<DiscrepancyRow>();

    /// <summary>Comparisons of formulas.</summary>
    public DbSet<FormulaCheckRow> FormulaChecks => Set<FormulaCheckRow>();

    /// <summary>The list of suppression.</summary>
    public DbSet<SuppressionRow> Suppressions => Set<SuppressionRow>();

    /// <summary>Audits of integration users.</summary>
    public DbSet<PermissionAuditRow> PermissionAudits => Set<PermissionAuditRow>();

    /// <summary>What these audits looked at.</summary>
    public DbSet<PermissionFindingRow> PermissionFindings => Set<PermissionFindingRow>();

    /// <summary>Exports of campaigns.</summary>
    public DbSet<CampaignExportRow> CampaignExports => Set<CampaignExportRow>();

    /// <summary>Their members.</summary>
    public DbSet<CampaignExportMemberRow> CampaignExportMembers => Set<CampaignExportMemberRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("sync");
        modelBuilder.Entity<ImportJobRow>().ToTable("import_job").HasKey(r => r.Id);
        modelBuilder.Entity<SignalRow>().ToTable("signal").HasKey(r => r.Id);
        modelBuilder.Entity<SignalRow>().Property(r => r.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<SignalRow>().Property(r => r.Payload).HasColumnType("jsonb");
        modelBuilder.Entity<SignalOutcomeRow>().ToTable("signal_outcome").HasKey(r => r.SignalId);
        modelBuilder.Entity<SignalOutcomeRow>().Property(r => r.SignalId).ValueGeneratedNever();
        modelBuilder.Entity<QuarantineRow>().ToTable("quarantine").HasKey(r => r.Id);
        modelBuilder.Entity<QuarantineRow>().Property(r => r.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<CandidateRow>().ToTable("candidate").HasKey(r => r.Id);
        modelBuilder.Entity<CandidateRow>().Property(r => r.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<CrmRecordRow>().ToTable("crm_record").HasKey(r => new { r.Connection, r.Object, r.RecordId });
        modelBuilder.Entity<CrmRecordRow>().Property(r => r.Fields).HasColumnType("jsonb");
        modelBuilder.Entity<MirrorCursorRow>().ToTable("mirror_cursor").HasKey(r => new { r.Connection, r.Object });
        modelBuilder.Entity<PlanRow>().ToTable("plan").HasKey(r => r.Id);
        modelBuilder.Entity<PlanCellRow>().ToTable("plan_cell").HasKey(r => new { r.PlanId, r.Ordinal });
        modelBuilder.Entity<PlanCellRow>().Property(r => r.Evidence).HasColumnType("jsonb");
        modelBuilder.Entity<PlanCellRow>().Property(r => r.Change).ValueGeneratedOnAddOrUpdate();
        modelBuilder.Entity<DeclinedCellRow>().ToTable("declined_cell").HasKey(r => new { r.PlanId, r.Ordinal });
        modelBuilder.Entity<PlanDriftLookRow>().ToTable("plan_drift_look").HasKey(r => r.PlanId);
        modelBuilder.Entity<PlanDriftRow>().ToTable("plan_drift").HasKey(r => new { r.PlanId, r.Ordinal });
        modelBuilder.Entity<ApprovalRow>().ToTable("approval").HasKey(r => r.Id);
        modelBuilder.Entity<RunRow>().ToTable("run").HasKey(r => r.Id);
        modelBuilder.Entity<RunCellRow>().ToTable("run_cell").HasKey(r => new { r.RunId, r.Ordinal });
        modelBuilder.Entity<LedgerEntryRow>().ToTable("ledger_entry").HasKey(r => new { r.Connection, r.Sequence });
        modelBuilder.Entity<JobRow>().ToTable("job").HasKey(r => r.Id);
        modelBuilder.Entity<JobRow>().Property(r => r.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<JobRow>().Property(r => r.Payload).HasColumnType("jsonb");
        modelBuilder.Entity<JobRow>().Property(r => r.Errors).HasColumnType("jsonb");
        modelBuilder.Entity<WorkerRow>().ToTable("worker").HasKey(r => r.Id);
        modelBuilder.Entity<PersonRow>().ToTable("person").HasKey(r => r.UserName);
        modelBuilder.Entity<ApiKeyRow>().ToTable("api_key").HasKey(r => r.Id);
        modelBuilder.Entity<FlowSwitchRow>().ToTable("flow_switch").HasKey(r => r.Flow);
        modelBuilder.Entity<FieldEditRow>().ToTable("field_edit").HasKey(r => new { r.Connection, r.Object, r.RecordId, r.Field, r.EditedAt });
        modelBuilder.Entity<DriftSampleRow>().ToTable("drift_sample").HasKey(r => r.Id);
        modelBuilder.Entity<DriftObservationRow>().ToView("drift_latest").HasKey(r => new { r.RunId, r.Ordinal });
        modelBuilder.Entity<DiscrepancyRow>().ToTable("discrepancy").HasKey(r => r.Id);
        modelBuilder.Entity<DiscrepancyRow>().Property(r => r.Sources).HasColumnType("jsonb");
        modelBuilder.Entity<FormulaCheckRow>().ToTable("formula_check").HasKey(r => r.Id);
        modelBuilder.Entity<SuppressionRow>().ToTable("suppression").HasKey(r => r.Id);
        modelBuilder.Entity<SuppressionRow>().Property(r => r.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<PermissionAuditRow>().ToTable("permission_audit").HasKey(r => r.Id);
        modelBuilder.Entity<PermissionFindingRow>().ToTable("permission_finding").HasKey(r => new { r.AuditId, r.Ordinal });
        modelBuilder.Entity<CampaignExportRow>().ToTable("campaign_export").HasKey(r => r.Id);
        modelBuilder.Entity<CampaignExportMemberRow>().ToTable("campaign_export_row").HasKey(r => new { r.ExportId, r.Ordinal });
        modelBuilder.Entity<CampaignExportMemberRow>().Property(r => r.Payload).HasColumnType("jsonb");
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
    }

    // Every column is its property's name in snake case; a test reads each table once to hold this to the SQL.
    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
