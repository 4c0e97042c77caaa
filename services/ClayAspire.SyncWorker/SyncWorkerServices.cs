using ClayAspire.Storage;
using ClayAspire.SyncWorker.Apply;
using ClayAspire.SyncWorker.Edits;
using ClayAspire.SyncWorker.Export;
using ClayAspire.SyncWorker.Jobs;
using ClayAspire.SyncWorker.Planning;
using ClayAspire.SyncWorker.Resolve;
using ClayAspire.SyncWorker.Schedule;
using Microsoft.Extensions.Options;

namespace ClayAspire.SyncWorker;

/// <summary>Registers the worker's parts; the host adds storage and connectors.</summary>
internal static class SyncWorkerServices
{
    public static IServiceCollection AddSyncWorker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WorkerSettings>().Bind(configuration.GetSection(WorkerSettings.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<WorkerSettings>>().Value);
        services.AddSingleton<SyncMetrics>();
        services.AddSingleton<RecordResolver>();
        services.AddSingleton<CallBudgetKeeper>();
        services.AddSingleton<ApplyCost>();
        services.AddSingleton<LastEditReader>();
        services.AddSingleton<SuppressedRecords>();
        services.AddSingleton<OfferFollower>();
        services.AddSingleton<PlanMaker>();
        services.AddSingleton<UndoPlanMaker>();
        services.AddSingleton<FlowActivity>();
        services.AddSingleton<Leadership>();
        services.AddSingleton<AnchorKeeper>();
        services.AddJobHandler<ProcessSignalsHandler>();
        services.AddJobHandler<MakePlanHandler>();
        services.AddJobHandler<MakeUndoPlanHandler>();
        services.AddJobHandler<SettlePlanHandler>();
        services.AddJobHandler<LookForDriftHandler>();
        services.AddJobHandler<ApplyPlanHandler>();
        services.AddJobHandler<RefreshMirrorHandler>();
        services.AddJobHandler<SampleDriftHandler>();
        services.AddJobHandler<CheckFormulasHandler>();
        services.AddJobHandler<ScanSuppressionHandler>();
        services.AddJobHandler<AuditPermissionsHandler>();
        services.AddJobHandler<ExportCampaignHandler>();
        services.AddSingleton<ExportPreparer>();
        services.AddSingleton<ExportSuppression>();
        services.AddHostedService<WebhookRegistration>();
        services.AddQueueWorker();
        services.AddSingleton<Scheduler>();
        services.AddHostedService(provider => provider.GetRequiredService<Scheduler>());
        return services;
    }
}
