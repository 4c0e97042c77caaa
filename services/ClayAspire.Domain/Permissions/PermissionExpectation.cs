using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Permissions;

/// <summary>What an object permission lets a user do with records of the object.</summary>
public enum ObjectRight
{
    /// <summary>Make records.</summary>
    Create,

    /// <summary>Read records that sharing lets through.</summary>
    Read,

    /// <summary>Change records that sharing lets through.</summary>
    Edit,

    /// <summary>Delete records.</summary>
    Delete,

    /// <summary>Read every record, whatever sharing says.</summary>
    ViewAll,

    /// <summary>Change and delete every record, whatever sharing says.</summary>
    ModifyAll,
}

/// <summary>
/// What the integration user of one connection is to have, and no more: seed 1, "Integration User Setup". Stands in <c>permissions.yaml</c>.
/// Which fields it may write is not said here: the field contracts say it.
/// </summary>
/// <param name="Connection">The connection.</param>
/// <param name="Profiles">Names of profiles, one of which it has.</param>
/// <param name="Roles">Names of roles, one of which it has; empty when the role does not matter.</param>
/// <param name="PermissionSets">Names of permission sets made for it; a <c>*</c> at the end stands for any rest. At least one must be assigned.</param>
/// <param name="SystemPermissions">System permissions, such as <c>ApiUserOnly</c>.</param>
/// <param name="CustomPermissions">Custom permissions, such as the one that bypasses validation rules.</param>
/// <param name="Objects">Objects; any other object is too much.</param>
/// <param name="Gbus">Which business units must be reachable; null when none is asked for.</param>
public sealed record PermissionExpectation(
    string Connection,
    IReadOnlyList<string> Profiles,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> PermissionSets,
    PermissionNames SystemPermissions,
    PermissionNames CustomPermissions,
    IReadOnlyList<ObjectExpectation> Objects,
    GbuExpectation? Gbus)
{
    /// <summary>Where it stands in the policy's files; null when it was not read from one.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>Whether a permission set's name is one of those that were made for the user.</summary>
    public bool IsDedicated(string permissionSet) => PermissionSets.Any(p => p.EndsWith('*')
        ? permissionSet.StartsWith(p[..^1], StringComparison.OrdinalIgnoreCase)
        : permissionSet.Equals(p, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Names of permissions that must be there, and of those that may be.</summary>
/// <param name="Required">Must be there.</param>
/// <param name="Allowed">May be there.</param>
public sealed record PermissionNames(IReadOnlyList<string> Required, IReadOnlyList<string> Allowed);

/// <summary>What the user is to have on one object.</summary>
/// <param name="Object">The object's API name.</param>
/// <param name="Rights">Rights on the object; every other right is too much.</param>
/// <param name="Read">Fields without a contract that must be readable.</param>
/// <param name="MayRead">Fields without a contract that may be readable.</param>
public sealed record ObjectExpectation(string Object, IReadOnlyList<ObjectRight> Rights, IReadOnlyList<string> Read, IReadOnlyList<string> MayRead);

/// <summary>Business units whose records the user must reach (seed 1: "All GBUs must be accessible").</summary>
/// <param name="Field">The field that names the unit.</param>
/// <param name="Objects">Objects of which at least one record a unit must be reachable.</param>
/// <param name="Values">The units.</param>
public sealed record GbuExpectation(string Field, IReadOnlyList<string> Objects, IReadOnlyList<string> Values);
