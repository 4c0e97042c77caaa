using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Backtests;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Budgets;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using ClayAspire.Storage.Permissions;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ClayAspire.Storage;

/// <summary>Adds the storage layer to a service.</summary>
public static class StorageRegistration
{
    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "clayaspire";

    /// <summary>Adds the database, all stores, the policy in force and what follows it, ids, metrics and the health check <c>postgres</c>.</summary>
    /// <param name="builder">The service's builder; <c>ConnectionStrings:clayaspire</c> must be set.</param>
    public static TBuilder AddClayAspireStorage<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IIdSource>(p => new SystemIdSource(p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p =>
        {
            var text = p.GetRequiredService<IConfiguration>().GetConnectionString(ConnectionName);
            if (string.IsNullOrWhiteSpace(text))
                throw new InvalidOperationException($"No database is configured. Set ConnectionStrings:{ConnectionName} (environment: ConnectionStrings__{ConnectionName}).");
            var source = new NpgsqlDataSourceBuilder(text) { Name = ConnectionName };
            source.UseLoggerFactory(p.GetService<Microsoft.Extensions.Logging.ILoggerFactory>());
            return source.Build();
        });
        services.AddPooledDbContextFactory<SyncDbContext>((p, o) => o.UseNpgsql(p.GetRequiredService<NpgsqlDataSource>()));
        services.AddOptions<QueueSettings>().BindConfiguration(QueueSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton(p => new JobBackoff(p.GetRequiredService<IOptions<QueueSettings>>().Value.Seed));
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobListener>();
        services.AddSingleton<SignalStore>();
        services.AddSingleton<CandidateStore>();
        services.AddSingleton<SuccessionStore>();
        services.AddSingleton<CrmRecordStore>();
        services.AddSingleton<SuppressionStore>();
        services.AddSingleton<LedgerStore>();
        services.AddOptions<LedgerSettings>().BindConfiguration(LedgerSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<LedgerSettings>>().Value);
        services.AddSingleton<AnchorStore>();
        services.AddSingleton<PlanStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<CallBudgetStore>();
        services.AddSingleton<ExplanationStore>();
        services.AddSingleton<BacktestStore>();
        services.AddSingleton<FieldEditStore>();
        services.AddSingleton<DriftStore>();
        services.AddSingleton<DiscrepancyStore>();
        services.AddSingleton<CampaignExportStore>();
        services.AddSingleton<PermissionAuditStore>();
        services.AddSingleton<PersonStore>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<FlowSwitchStore>();
        services.AddSingleton<Migrator>();
        services.AddOptions<PolicySettings>().BindConfiguration(PolicySettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ContractStore>();
        services.AddSingleton<PolicySource>();
        services.AddHostedService<PolicyFollower>();
        services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("postgres");
        return builder;
    }

    /// <summary>Makes this process work on the queue. Handlers are added with <see cref="AddJobHandler{T}"/>.</summary>
    /// <param name="services">The services; storage must be added as well.</param>
    public static IServiceCollection AddQueueWorker(this IServiceCollection services)
    {
        services.AddSingleton(p => new WorkerIdentity(
            $"{Environment.MachineName}/{Environment.ProcessId}/{p.GetRequiredService<IIdSource>().Next():N}", Environment.MachineName, Environment.ProcessId));
        services.AddSingleton<JobHandlerKinds>();
        services.AddHostedService(p => p.GetRequiredService<JobListener>());
        services.AddHostedService<QueueCaretaker>();
        services.AddHostedService<QueueWorker>();
        return services;
    }

    /// <summary>Adds the handler of one kind of job; made anew in a scope for each job.</summary>
    /// <param name="services">The services.</param>
    /// <typeparam name="T">The handler.</typeparam>
    public static IServiceCollection AddJobHandler<T>(this IServiceCollection services)
        where T : class, IJobHandler
    {
        services.AddScoped<IJobHandler, T>();
        return services;
    }
}
