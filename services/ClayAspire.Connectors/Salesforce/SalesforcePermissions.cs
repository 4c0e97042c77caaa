using System.Text.Json;
using ClayAspire.Domain.Permissions;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// Reads what the integration user may do: the set-up objects for who grants what, and describe, run as that user, for what comes of it.
/// A part that the user may not read is null.
/// </summary>
internal sealed class SalesforcePermissions(string connection, SalesforceTransport transport, SalesforceQuery query)
{
    private const string SystemPrefix = "Permissions";

    private static readonly (ObjectRight Right, string Column)[] Rights =
    [
        (ObjectRight.Create, "PermissionsCreate"), (ObjectRight.Read, "PermissionsRead"), (ObjectRight.Edit, "PermissionsEdit"),
        (ObjectRight.Delete, "PermissionsDelete"), (ObjectRight.ViewAll, "PermissionsViewAllRecords"), (ObjectRight.ModifyAll, "PermissionsModifyAllRecords"),
    ];

    public async Task<PermissionFacts> ReadAsync(PermissionExpectation expected, CancellationToken cancellationToken)
    {
        var user = await UserAsync(cancellationToken);
        var sets = await VisibleAsync(() => SetsAsync(user.Id, cancellationToken));
        var names = sets?.ToDictionary(s => s.Id, s => s.Name, StringComparer.Ordinal);
        var objects = new Dictionary<string, IReadOnlyList<SeenField>?>(StringComparer.Ordinal);
        foreach (var item in expected.Objects)
            objects[item.Object] = await VisibleAsync(() => FieldsAsync(item.Object, cancellationToken));
        var counts = new Dictionary<string, IReadOnlyList<GbuCount>?>(StringComparer.Ordinal);
        foreach (var item in expected.Gbus?.Objects ?? [])
            counts[item] = await VisibleAsync(() => CountsAsync(item, expected.Gbus!.Field, cancellationToken));
        return new PermissionFacts(
            user, sets,
            names is null ? null : await VisibleAsync(() => ObjectGrantsAsync(names, cancellationToken)),
            names is null ? null : await VisibleAsync(() => FieldGrantsAsync(names, cancellationToken)),
            names is null ? null : await VisibleAsync(() => CustomAsync(names, cancellationToken)),
            objects, counts);
    }

    private async Task<IntegrationUser> UserAsync(CancellationToken cancellationToken)
    {
        var id = await transport.UserIdAsync(cancellationToken);
        var rows = await RowsAsync($"SELECT Id,Username,Profile.Name,UserRole.Name FROM User WHERE Id = {Soql.Quote(id)}", cancellationToken);
        return rows is [var row]
            ? new IntegrationUser(id, SalesforceJson.Text(row, "Username") ?? "", ParentText(row, "Profile", "Name"), ParentText(row, "UserRole", "Name"))
            : throw new CrmException(connection, SalesforceErrorTable.Malformed, "the user does not find itself");
    }

    private async Task<IReadOnlyList<GrantedSet>> SetsAsync(string userId, CancellationToken cancellationToken)
    {
        // The platform has hundreds of system permissions and adds some with each release: describe says which columns there are.
        var description = await DescribeAsync("PermissionSet", cancellationToken);
        var columns = description.Fields.Where(f => f.Type == "boolean" && f.Name.StartsWith(SystemPrefix, StringComparison.Ordinal)).Select(f => f.Name).ToArray();
        var assigned = await RowsAsync($"SELECT PermissionSetId,PermissionSet.Name,PermissionSet.IsOwnedByProfile FROM PermissionSetAssignment WHERE AssigneeId = {Soql.Quote(userId)}", cancellationToken);
        var sets = assigned.Select(a => (Id: SalesforceJson.Text(a, "PermissionSetId")!, Name: ParentText(a, "PermissionSet", "Name") ?? "", IsOfProfile: Parent(a, "PermissionSet") is { } set && IsTrue(set, "IsOwnedByProfile")))
            .DistinctBy(s => s.Id).ToList();
        var granted = sets.ToDictionary(s => s.Id, _ => new List<string>(), StringComparer.Ordinal);
        foreach (var some in Chunks(columns))
            foreach (var statement in Soql.In($"SELECT Id,{string.Join(',', some)} FROM PermissionSet WHERE Id IN ", granted.Keys))
                foreach (var row in await RowsAsync(statement, cancellationToken))
                    granted[SalesforceJson.Text(row, "Id")!].AddRange(some.Where(c => IsTrue(row, c)).Select(c => c[SystemPrefix.Length..]));
        return [.. sets.Select(s => new GrantedSet(s.Id, s.Name, s.IsOfProfile, granted[s.Id]))];
    }

    private async Task<IReadOnlyList<ObjectGrant>> ObjectGrantsAsync(Dictionary<string, string> sets, CancellationToken cancellationToken)
    {
        var grants = new List<ObjectGrant>();
        foreach (var statement in Soql.In($"SELECT ParentId,SobjectType,{string.Join(',', Rights.Select(r => r.Column))} FROM ObjectPermissions WHERE ParentId IN ", sets.Keys))
            foreach (var row in await RowsAsync(statement, cancellationToken))
                grants.Add(new ObjectGrant(sets[SalesforceJson.Text(row, "ParentId")!], SalesforceJson.Text(row, "SobjectType")!, [.. Rights.Where(r => IsTrue(row, r.Column)).Select(r => r.Right)]));
        return grants;
    }

    private async Task<IReadOnlyList<FieldGrant>> FieldGrantsAsync(Dictionary<string, string> sets, CancellationToken cancellationToken)
    {
        var grants = new List<FieldGrant>();
        foreach (var statement in Soql.In("SELECT ParentId,SobjectType,Field,PermissionsRead,PermissionsEdit FROM FieldPermissions WHERE ParentId IN ", sets.Keys))
            foreach (var row in await RowsAsync(statement, cancellationToken))
            {
                // Lead.Industry
                var (type, field) = (SalesforceJson.Text(row, "SobjectType")!, SalesforceJson.Text(row, "Field")!);
                if (IsTrue(row, "PermissionsRead") || IsTrue(row, "PermissionsEdit"))
                    grants.Add(new FieldGrant(sets[SalesforceJson.Text(row, "ParentId")!], type, field[(field.IndexOf('.', StringComparison.Ordinal) + 1)..], IsTrue(row, "PermissionsEdit")));
            }
        return grants;
    }

    private async Task<IReadOnlyList<CustomGrant>> CustomAsync(Dictionary<string, string> sets, CancellationToken cancellationToken)
    {
        var grants = new List<(string Set, string Id)>();
        foreach (var statement in Soql.In("SELECT ParentId,SetupEntityId FROM SetupEntityAccess WHERE SetupEntityType = 'CustomPermission' AND ParentId IN ", sets.Keys))
            foreach (var row in await RowsAsync(statement, cancellationToken))
                grants.Add((sets[SalesforceJson.Text(row, "ParentId")!], SalesforceJson.Text(row, "SetupEntityId")!));
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var statement in Soql.In("SELECT Id,DeveloperName FROM CustomPermission WHERE Id IN ", grants.Select(g => g.Id).Distinct(StringComparer.Ordinal)))
            foreach (var row in await RowsAsync(statement, cancellationToken))
                names[SalesforceJson.Text(row, "Id")!] = SalesforceJson.Text(row, "DeveloperName")!;
        return [.. grants.Select(g => new CustomGrant(g.Set, names.GetValueOrDefault(g.Id, g.Id)))];
    }

    private async Task<IReadOnlyList<SeenField>> FieldsAsync(string type, CancellationToken cancellationToken) =>
        [.. (await DescribeAsync(type, cancellationToken)).Fields.Select(f => new SeenField(f.Name, f.Updateable, f.Permissionable))];

    private async Task<IReadOnlyList<GbuCount>> CountsAsync(string type, string field, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync($"SELECT {field},COUNT(Id) n FROM {type} GROUP BY {field}", cancellationToken);
        return [.. rows.Select(r => new GbuCount(SalesforceJson.Text(r, field), r.GetProperty("n").GetInt64()))];
    }

    /// <summary>The part, or null when the user may not read it: an object or column that it does not see looks like one that is not there.</summary>
    private static async Task<IReadOnlyList<T>?> VisibleAsync<T>(Func<Task<IReadOnlyList<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (CrmException e) when (SalesforceErrorTable.IsHidden(e) || e.Rule.Code == "NOT_FOUND")
        {
            return null;
        }
    }

    private Task<DescribeAnswer> DescribeAsync(string type, CancellationToken cancellationToken) =>
        transport.ReadAsync(HttpMethod.Get, $"sobjects/{type}/describe", null, SalesforceJson.Default.DescribeAnswer, cancellationToken);

    private async Task<List<JsonElement>> RowsAsync(string statement, CancellationToken cancellationToken)
    {
        var rows = new List<JsonElement>();
        await foreach (var row in query.RowsAsync("query", statement, cancellationToken))
            rows.Add(row);
        return rows;
    }

    // Half of an address for the columns, the other half for the ids.
    private static IEnumerable<string[]> Chunks(IReadOnlyList<string> columns)
    {
        var some = new List<string>();
        var length = 0;
        foreach (var column in columns)
        {
            if (length + column.Length + 3 > Soql.MaxEscapedLength / 2 && some.Count > 0)
            {
                yield return [.. some];
                some.Clear();
                length = 0;
            }
            some.Add(column);
            length += column.Length + 3;
        }
        if (some.Count > 0)
            yield return [.. some];
    }

    private static JsonElement? Parent(JsonElement row, string name) => row.TryGetProperty(name, out var parent) && parent.ValueKind == JsonValueKind.Object ? parent : null;

    private static string? ParentText(JsonElement row, string parent, string field) => Parent(row, parent) is { } found ? SalesforceJson.Text(found, field) : null;

    private static bool IsTrue(JsonElement row, string field) => row.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;
}
