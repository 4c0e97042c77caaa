using Npgsql;

namespace ClayAspire.SyncWorker.Schedule;

/// <summary>
/// One leader among all workers: whoever holds a PostgreSQL advisory lock on a connection of its own. The lock dies with the
/// connection, so a killed leader is replaced at the next round of another worker.
/// </summary>
internal sealed class Leadership(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    /// <summary>"clayaspi" in ASCII: any constant that no other user of this database takes.</summary>
    private const long LockKey = 0x636C617961737069;

    private NpgsqlConnection? _connection;

    /// <summary>Whether this worker leads, and whether it has just become the leader.</summary>
    public async Task<(bool IsLeader, bool IsNew)> AcquireAsync(CancellationToken cancel)
    {
        if (_connection is not null)
        {
            try
            {
                await using var ping = new NpgsqlCommand("select 1", _connection);
                await ping.ExecuteScalarAsync(cancel);
                return (true, false);
            }
            catch (NpgsqlException)
            {
                // The connection is gone and the lock with it; apply for it anew.
                await ResignAsync();
            }
        }
        var connection = await dataSource.OpenConnectionAsync(cancel);
        try
        {
            await using var apply = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            if (await apply.ExecuteScalarAsync(cancel) is not true)
            {
                await connection.DisposeAsync();
                return (false, false);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        _connection = connection;
        return (true, true);
    }

    /// <summary>Gives the lead away at once instead of waiting for the connection to die.</summary>
    public async Task ResignAsync()
    {
        if (_connection is null)
            return;
        var connection = _connection;
        _connection = null;
        if (connection.FullState == System.Data.ConnectionState.Open)
        {
            // The pool would keep the session, and the session the lock.
            await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
            await unlock.ExecuteNonQueryAsync();
        }
        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await ResignAsync();
}
