using System.Text.Json;
using ClayAspire.Testing;
using Npgsql;

namespace ClayAspire.Analytics.Tests;

/// <summary>A real database with the shipped schema, and the read-only role that analytics uses.</summary>
internal sealed class AnalyticsDatabase : IAsyncDisposable
{
    private const string Role = "analytics_test_export";
    private const string Password = "analytics-test";
    private static readonly SemaphoreSlim RoleGate = new(1, 1);

    private AnalyticsDatabase(NpgsqlDataSource owner, string export)
    {
        Owner = owner;
        ExportConnectionString = export;
        Export = NpgsqlDataSource.Create(export);
    }

    /// <summary>The owner's connections, to put data in.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>The read-only role's connections: what the service gets.</summary>
    public NpgsqlDataSource Export { get; }

    public string ExportConnectionString { get; }

    public static async Task<AnalyticsDatabase> CreateAsync(bool migrated = true)
    {
        var address = new NpgsqlConnectionStringBuilder(await PostgresFixture.Shared.CreateDatabaseAsync()) { Pooling = false };
        var owner = NpgsqlDataSource.Create(address.ConnectionString);
        await CreateRoleAsync(owner);
        var database = new AnalyticsDatabase(owner, new NpgsqlConnectionStringBuilder(address.ConnectionString) { Username = Role, Password = Password }.ConnectionString);
        if (migrated)
            await database.MigrateAsync();
        return database;
    }

    public async Task MigrateAsync()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "migrations"), "*.sql").Order(StringComparer.Ordinal))
            await ExecuteAsync(await File.ReadAllTextAsync(file));
        await ExecuteAsync($"grant usage on schema export to {Role}; grant select on all tables in schema export to {Role}");
    }

    public async Task ExecuteAsync(string sql, params object?[] values)
    {
        await using var command = Owner.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
    }

    public Task AddRecordAsync(
        string connection, string @object, string id, DateTimeOffset? createdAt, IReadOnlyDictionary<string, string> fields, string state = "live") =>
        ExecuteAsync(
            """
            insert into sync.crm_record (connection, object, record_id, email_key, version, state, fields, created_at, read_at)
            values ($1, $2, $3, $4, '1', $5, $6::jsonb, $7::timestamptz, '2026-01-01Z')
            """,
            connection, @object, id, fields.TryGetValue("Email", out var email) ? email.ToLowerInvariant() : null, state,
            JsonSerializer.Serialize(fields), createdAt?.UtcDateTime);

    public Task AddSignalAsync(
        string kind, DateTimeOffset at, string email, string? campaign = null, string? sender = null, string? bounceClass = null) =>
        ExecuteAsync(
            """
            insert into sync.signal (source, kind, table_name, idempotency_key, payload, occurred_at, received_at)
            values ('smartlead', $1, 'events', gen_random_uuid()::text, jsonb_strip_nulls($2::jsonb), $3, $3)
            """,
            kind,
            JsonSerializer.Serialize(new { lead_email = email, campaign_name = campaign, from_email_key = sender, bounce_class = bounceClass }),
            at.UtcDateTime);

    /// <summary>One green run of one verified cell.</summary>
    public async Task AddVerifiedCellAsync(string connection, string record, DateTimeOffset at, Guid run)
    {
        await AddPlanAsync(run, connection, "enrichment-writeback", "approved", at.AddMinutes(-10), at.AddDays(1), 1);
        await ExecuteAsync(
            "insert into sync.run (id, plan_id, connection, flow, state, planned, verified, queued_at) values ($1, $1, $2, 'enrichment-writeback', 'green', 1, 1, $3)",
            run, connection, at.UtcDateTime);
        await ExecuteAsync(
            "insert into sync.run_cell (run_id, ordinal, object, record_id, field, state, sent_at, verified_at) values ($1, 1, 'Lead', $2, 'Industry', 'verified', $3, $3)",
            run, record, at.UtcDateTime);
    }

    public Task AddPlanAsync(Guid id, string connection, string flow, string state, DateTimeOffset sealedAt, DateTimeOffset expiresAt, int changes) =>
        ExecuteAsync(
            """
            insert into sync.plan (id, connection, flow, policy_version, author, hash, sealed_at, expires_at, state, applyable, complete, errored,
                api_calls, credits, changes, keeps, holds, refusals)
            values ($1, $2, $3, 'v', 'schedule', 'h', $4, $5, $6, true, true, false, 1, 0.25, $7, 0, 0, 0)
            """,
            id, connection, flow, sealedAt.UtcDateTime, expiresAt.UtcDateTime, state, changes);

    public async ValueTask DisposeAsync()
    {
        await Export.DisposeAsync();
        await Owner.DisposeAsync();
    }

    private static async Task CreateRoleAsync(NpgsqlDataSource owner)
    {
        await RoleGate.WaitAsync();
        try
        {
            await using var command = owner.CreateCommand(
                $"do $$ begin if not exists (select 1 from pg_roles where rolname = '{Role}') then create role {Role} login password '{Password}'; end if; end $$");
            await command.ExecuteNonQueryAsync();
        }
        finally
        {
            RoleGate.Release();
        }
    }
}
