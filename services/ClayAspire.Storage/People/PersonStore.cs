using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.People;

/// <summary>A person signed in, or the reason why not: exactly one of the two.</summary>
/// <param name="Person">The person.</param>
/// <param name="Refusal">Why not: <c>wrong-credentials</c> or <c>locked-out</c>.</param>
public sealed record SignInResult(PersonRow? Person, Reason? Refusal);

/// <summary>People who may sign in. Passwords are kept as salted PBKDF2 hashes.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads and writes.</param>
/// <param name="clock">The clock of the lock-out.</param>
public sealed class PersonStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    /// <summary>Wrong passwords in a row that lock an account.</summary>
    public const int FailuresBeforeLockOut = 5;

    /// <summary>The shortest password that is taken, in characters.</summary>
    public const int ShortestPassword = 7;

    /// <summary>How long an account stays locked.</summary>
    public static readonly TimeSpan LockOut = TimeSpan.FromMinutes(5);

    private static readonly PasswordHasher<PersonRow> Hasher = new();
    private static readonly PersonRow Nobody = new() { PasswordHash = Hasher.HashPassword(new PersonRow(), "nobody-has-this-password") };

    /// <summary>Adds a person.</summary>
    /// <returns>False when the user name is taken; nothing is changed then.</returns>
    /// <exception cref="ArgumentException">The user name is blank or the password too short.</exception>
    public async Task<bool> CreateAsync(string userName, string displayName, string password, IReadOnlyList<string> roles, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(userName);
        if (password.Length < ShortestPassword)
            throw new ArgumentException($"The password is shorter than {ShortestPassword} characters. Choose a longer one.", nameof(password));
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var person = new PersonRow { UserName = Key(userName), DisplayName = displayName, Roles = [.. roles], CreatedAt = clock.GetUtcNow() };
        person.PasswordHash = Hasher.HashPassword(person, password);
        context.People.Add(person);
        try
        {
            await context.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }

    /// <summary>Checks a password. Five wrong ones in a row lock the account for five minutes, also against the right one.</summary>
    public async Task<SignInResult> SignInAsync(string userName, string password, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var key = Key(userName);
        var person = await context.People.FirstOrDefaultAsync(p => p.UserName == key, cancel);
        if (person is null)
        {
            // As slow as for a person who exists, so that the time does not tell who does.
            Hasher.VerifyHashedPassword(Nobody, Nobody.PasswordHash, password);
            return new SignInResult(null, WrongCredentials);
        }
        var now = clock.GetUtcNow();
        if (person.LockedUntil > now)
            return new SignInResult(null, new Reason("locked-out", $"Too many wrong passwords. Try again after {person.LockedUntil:HH:mm:ss} UTC."));
        var verdict = Hasher.VerifyHashedPassword(person, person.PasswordHash, password);
        if (verdict == PasswordVerificationResult.Failed)
        {
            // Counted by the database, so that guesses sent at the same time all count.
            await dataSource.Command("People/PersonFailedSignIn.sql").With("user_name", key).With("limit", FailuresBeforeLockOut)
                .With("locked_until", now + LockOut).RunAsync(cancel);
            return new SignInResult(null, WrongCredentials);
        }
        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
            person.PasswordHash = Hasher.HashPassword(person, password);
        person.FailedCount = 0;
        person.LockedUntil = null;
        await context.SaveChangesAsync(cancel);
        return new SignInResult(person, null);
    }

    /// <summary>A person, or null.</summary>
    public async Task<PersonRow?> FindAsync(string userName, CancellationToken cancel)
    {
        var key = Key(userName);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.People.AsNoTracking().FirstOrDefaultAsync(p => p.UserName == key, cancel);
    }

    private static Reason WrongCredentials { get; } = new("wrong-credentials", "User name or password is wrong.");

    private static string Key(string userName) => Storable.Text(userName.Trim().ToLowerInvariant());
}
