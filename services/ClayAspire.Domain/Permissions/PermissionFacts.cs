namespace ClayAspire.Domain.Permissions;

/// <summary>What was read of the integration user's rights. A part that is null could not be read with these very rights.</summary>
/// <param name="User">The user.</param>
/// <param name="Sets">Permission sets assigned, the profile's own among them.</param>
/// <param name="ObjectGrants">Object permissions of these sets.</param>
/// <param name="FieldGrants">Field permissions of these sets.</param>
/// <param name="CustomPermissions">Custom permissions that these sets grant.</param>
/// <param name="Objects">The objects asked for, as the user sees them; null for one that it does not see.</param>
/// <param name="GbuCounts">Records reachable by object and business unit; null for an object or field that it does not see.</param>
public sealed record PermissionFacts(
    IntegrationUser User,
    IReadOnlyList<GrantedSet>? Sets,
    IReadOnlyList<ObjectGrant>? ObjectGrants,
    IReadOnlyList<FieldGrant>? FieldGrants,
    IReadOnlyList<CustomGrant>? CustomPermissions,
    IReadOnlyDictionary<string, IReadOnlyList<SeenField>?> Objects,
    IReadOnlyDictionary<string, IReadOnlyList<GbuCount>?> GbuCounts);

/// <summary>The user that we sign in as.</summary>
/// <param name="Id">The CRM's id.</param>
/// <param name="UserName">Its user name: that of a program, not of a person.</param>
/// <param name="Profile">The name of its profile; null when not visible.</param>
/// <param name="Role">The name of its role; null when it has none.</param>
public sealed record IntegrationUser(string Id, string UserName, string? Profile, string? Role);

/// <summary>A permission set that is assigned.</summary>
/// <param name="Id">The CRM's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsOfProfile">Whether it is the hidden one that holds what the profile grants.</param>
/// <param name="SystemPermissions">System permissions that it grants.</param>
public sealed record GrantedSet(string Id, string Name, bool IsOfProfile, IReadOnlyList<string> SystemPermissions);

/// <summary>What a set grants on an object.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="Rights">The rights.</param>
public sealed record ObjectGrant(string Set, string Object, IReadOnlyList<ObjectRight> Rights);

/// <summary>What a set grants on a field.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="Field">The field's API name.</param>
/// <param name="Edit">Whether the field may be edited; otherwise it may be read.</param>
public sealed record FieldGrant(string Set, string Object, string Field, bool Edit);

/// <summary>A custom permission that a set grants.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Name">The permission's name.</param>
public sealed record CustomGrant(string Set, string Name);

/// <summary>A field as the user sees it. What it does not see is not described at all.</summary>
/// <param name="Name">API name.</param>
/// <param name="CanEdit">Whether it may edit the field.</param>
/// <param name="HasPermission">Whether the field has a permission of its own; required and system fields have none and come with the object.</param>
public sealed record SeenField(string Name, bool CanEdit, bool HasPermission);

/// <summary>Records of one business unit that the user reaches.</summary>
/// <param name="Gbu">The unit; null for records without one.</param>
/// <param name="Records">How many.</param>
public sealed record GbuCount(string? Gbu, long Records);
