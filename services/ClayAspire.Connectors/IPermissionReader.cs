using ClayAspire.Domain.Permissions;

namespace ClayAspire.Connectors;

/// <summary>A connector that can read what its own user may do. Reading needs no more rights than the user has: what it may not read is null.</summary>
public interface IPermissionReader
{
    /// <summary>Reads the user's profile, role, permission sets, what they grant, the objects of <paramref name="expected"/> as the user sees them, and records by business unit.</summary>
    /// <exception cref="CrmException">The CRM as a whole does not serve the call.</exception>
    Task<PermissionFacts> ReadPermissionsAsync(PermissionExpectation expected, CancellationToken cancellationToken);
}
