using System.Globalization;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Permissions;

/// <summary>
/// Sets what was read of an integration user against what is expected: seed 1's table for profile, sets, role, bypass and business units; the
/// field contracts in force for fields. Pure; the same facts and policy give the same report.
/// </summary>
public static class PermissionJudge
{
    private const string ApiOnly = "ApiUserOnly";

    /// <summary>Judges everything.</summary>
    /// <param name="expected">What is expected.</param>
    /// <param name="contracts">The field contracts in force; those of other connections are left alone.</param>
    /// <param name="facts">What was read.</param>
    public static PermissionReport Judge(PermissionExpectation expected, IReadOnlyCollection<FieldContract> contracts, PermissionFacts facts)
    {
        var findings = new List<PermissionFinding>();
        JudgeUser(findings, expected, facts);
        JudgeNames(findings, PermissionArea.System, "system permission", expected.SystemPermissions,
            facts.Sets?.SelectMany(s => s.SystemPermissions.Select(p => (Name: p, Set: SetName(s)))));
        JudgeNames(findings, PermissionArea.Custom, "custom permission", expected.CustomPermissions,
            facts.CustomPermissions?.Select(c => (c.Name, Set: SetName(facts, c.Set))));
        JudgeObjects(findings, expected, facts);
        foreach (var item in expected.Objects)
            JudgeFields(findings, item, [.. contracts.Where(c => c.Connection == expected.Connection && c.Object == item.Object)], facts);
        JudgeOtherFields(findings, expected, facts);
        if (expected.Gbus is { } gbus)
            JudgeGbus(findings, gbus, facts);
        return new PermissionReport([.. findings.OrderBy(f => f.Area).ThenBy(f => f.Subject, StringComparer.Ordinal)]);
    }

    private static void JudgeUser(List<PermissionFinding> findings, PermissionExpectation expected, PermissionFacts facts)
    {
        var profiles = string.Join(" or ", expected.Profiles);
        findings.Add(facts.User.Profile is not { } profile
            ? new(PermissionArea.Profile, "profile", PermissionStanding.Unknown, profiles, "not visible", [], "The user cannot see its own profile. Let it read the User object's ProfileId.")
            : Has(expected.Profiles, profile)
                ? new(PermissionArea.Profile, profile, PermissionStanding.Right, profiles, profile, [], "An API-only profile, as permissions.yaml names it.")
                : new(PermissionArea.Profile, profile, PermissionStanding.TooMuch, profiles, profile, [],
                    $"'{profile}' is no API-only profile that permissions.yaml names. Give the user one of these, or add the name if it is one."));
        if (expected.Roles.Count > 0)
        {
            var roles = string.Join(" or ", expected.Roles);
            findings.Add(facts.User.Role is { } role && Has(expected.Roles, role)
                ? new(PermissionArea.Role, role, PermissionStanding.Right, roles, role, [], "The role that sharing asks for.")
                : new(PermissionArea.Role, facts.User.Role ?? "role", PermissionStanding.Missing, roles, facts.User.Role ?? "none", [], $"Assign the role {roles}; without it records of other units stay out of reach."));
        }
        JudgeSets(findings, expected, facts.Sets);
    }

    private static void JudgeSets(List<PermissionFinding> findings, PermissionExpectation expected, IReadOnlyList<GrantedSet>? sets)
    {
        var names = string.Join(", ", expected.PermissionSets);
        if (sets is null)
        {
            findings.Add(NotReadable(PermissionArea.PermissionSet, "permission sets", names));
            return;
        }
        var assigned = sets.Where(s => !s.IsOfProfile).ToList();
        foreach (var set in assigned)
            findings.Add(expected.IsDedicated(set.Name)
                ? new(PermissionArea.PermissionSet, set.Name, PermissionStanding.Right, names, "assigned", [], "Made for this user. What it grants is judged below.")
                : new(PermissionArea.PermissionSet, set.Name, PermissionStanding.TooMuch, names, "assigned", [],
                    $"'{set.Name}' was not made for this user: seed 1 asks for a dedicated set and for no existing one. Take it away, and grant what is needed by the dedicated set."));
        if (!assigned.Any(s => expected.IsDedicated(s.Name)))
            findings.Add(new(PermissionArea.PermissionSet, names, PermissionStanding.Missing, names, "not assigned", [], $"No dedicated permission set is assigned. Make one with a name like {names} and assign it."));
    }

    private static void JudgeNames(List<PermissionFinding> findings, PermissionArea area, string kind, PermissionNames expected, IEnumerable<(string Name, string Set)>? granted)
    {
        if (granted is null)
        {
            findings.Add(NotReadable(area, $"{kind}s", string.Join(", ", expected.Required)));
            return;
        }
        var sets = granted.ToLookup(g => g.Name, g => g.Set, StringComparer.OrdinalIgnoreCase);
        foreach (var name in expected.Required)
            findings.Add(sets.Contains(name)
                ? new(area, name, PermissionStanding.Right, "granted", "granted", By(sets[name]), "Needed, and there.")
                : new(area, name, PermissionStanding.Missing, "granted", "not granted", [], name == ApiOnly
                    ? "The user can sign in to pages. Grant 'API Only User'."
                    : $"Grant the {kind} {name} by the dedicated permission set."));
        foreach (var set in sets.Where(s => !Has(expected.Required, s.Key)).OrderBy(s => s.Key, StringComparer.Ordinal))
            findings.Add(Has(expected.Allowed, set.Key)
                ? new(area, set.Key, PermissionStanding.Right, "may be granted", "granted", By(set), "Allowed by permissions.yaml.")
                : new(area, set.Key, PermissionStanding.TooMuch, "not granted", "granted", By(set), $"Take the {kind} {set.Key} away from {string.Join(", ", By(set))}; nothing here needs it."));
    }

    private static void JudgeObjects(List<PermissionFinding> findings, PermissionExpectation expected, PermissionFacts facts)
    {
        if (facts.ObjectGrants is not { } grants)
        {
            findings.Add(NotReadable(PermissionArea.Object, "object permissions", string.Join(", ", expected.Objects.Where(o => o.Rights.Count > 0).Select(o => o.Object))));
            return;
        }
        var objects = expected.Objects.ToDictionary(o => o.Object, o => o.Rights, StringComparer.Ordinal);
        foreach (var name in objects.Keys.Concat(grants.Select(g => g.Object)).Distinct(StringComparer.Ordinal))
        {
            IReadOnlyList<ObjectRight> needed = objects.GetValueOrDefault(name) ?? [];
            foreach (var right in Enum.GetValues<ObjectRight>())
            {
                var by = By(grants.Where(g => g.Object == name && g.Rights.Contains(right)).Select(g => SetName(facts, g.Set)));
                var subject = $"{name} {PermissionNaming.Name(right)}";
                if (needed.Contains(right))
                    findings.Add(by.Count > 0
                        ? new(PermissionArea.Object, subject, PermissionStanding.Right, "granted", "granted", by, "Needed, and there.")
                        : new(PermissionArea.Object, subject, PermissionStanding.Missing, "granted", "not granted", [], $"Grant {PermissionNaming.Name(right)} on {name} by the dedicated permission set."));
                else if (by.Count > 0)
                    findings.Add(new(PermissionArea.Object, subject, PermissionStanding.TooMuch, "not granted", "granted", by, $"Take {PermissionNaming.Name(right)} on {name} away from {string.Join(", ", by)}."));
            }
        }
    }

    private static void JudgeFields(List<PermissionFinding> findings, ObjectExpectation expected, List<FieldContract> contracts, PermissionFacts facts)
    {
        var seen = facts.Objects.GetValueOrDefault(expected.Object)?.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var contract in contracts)
        {
            var found = seen?.GetValueOrDefault(contract.Field);
            findings.Add(OfContract(contract, found, Grants(facts, expected.Object, found)));
        }
        var contracted = contracts.Select(c => c.Field).ToHashSet(StringComparer.Ordinal);
        foreach (var field in expected.Read.Where(f => !contracted.Contains(f)))
        {
            if (seen?.GetValueOrDefault(field) is not { } found)
                findings.Add(Hidden(expected.Object, field, "read", "permissions.yaml says that it must be read"));
            else if (!IsTooMuch(found))
                findings.Add(Field(expected.Object, field, PermissionStanding.Right, "read", found, Grants(facts, expected.Object, found), "Needed for reading, and there."));
        }
        var comesAlong = new List<string>();
        foreach (var found in (seen?.Values ?? Enumerable.Empty<SeenField>()).Where(f => !contracted.Contains(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var mayRead = expected.Read.Contains(found.Name) || expected.MayRead.Contains(found.Name);
            var by = Grants(facts, expected.Object, found);
            if (IsTooMuch(found))
                findings.Add(Field(expected.Object, found.Name, PermissionStanding.TooMuch, mayRead ? "read" : "nothing", found, by,
                    $"No field contract lets anybody write {expected.Object}.{found.Name}. Take the edit right away{From(by)}."));
            else if (found is { CanEdit: true, HasPermission: false })
                comesAlong.Add(found.Name);
            else if (found.HasPermission && !mayRead)
                findings.Add(Field(expected.Object, found.Name, PermissionStanding.TooMuch, "nothing", found, by,
                    $"Nothing reads {expected.Object}.{found.Name}. Take the read right away{From(by)}, or add the field to permissions.yaml with a reason."));
            else if (found.HasPermission && !expected.Read.Contains(found.Name))
                findings.Add(Field(expected.Object, found.Name, PermissionStanding.Right, "may be read", found, by, "Allowed by permissions.yaml."));
        }
        if (comesAlong.Count > 0)
            findings.Add(new(PermissionArea.Field, $"{expected.Object} (comes with the object)", PermissionStanding.Right, "unavoidable", $"edit {string.Join(", ", comesAlong)}", [],
                "These fields have no permission of their own: who edits the object may edit them. It is the allowlist that keeps them out."));
    }

    private static PermissionFinding OfContract(FieldContract contract, SeenField? found, IReadOnlyList<string> by)
    {
        var writable = contract is { Status: not ContractStatus.ReadOnly, Rule: not MergeRule.ReadOnly };
        var expected = !writable ? "read" : contract.Status == ContractStatus.Active ? "edit" : "edit once it is Active";
        if (found is null)
            return Hidden(contract.Object, contract.Field, expected, $"its contract is {contract.Status}");
        if (!writable)
            return IsTooMuch(found)
                ? Field(contract, PermissionStanding.TooMuch, expected, found, by, $"The contract is read-only: {contract.Why} Take the edit right away{From(by)}.")
                : Field(contract, PermissionStanding.Right, expected, found, by, "A read-only contract, and readable.");
        if (contract.Status == ContractStatus.Active)
            return found.CanEdit
                ? Field(contract, PermissionStanding.Right, expected, found, by, "An Active contract, and editable.")
                : Field(contract, PermissionStanding.Missing, expected, found, by, $"The contract is Active and the user cannot edit the field: writes end as INVALID_FIELD_FOR_INSERT_UPDATE. Grant edit of {contract.Object}.{contract.Field} by the dedicated permission set.");
        return Field(contract, PermissionStanding.Right, expected, found, by, found.CanEdit
            ? $"The contract is {contract.Status}: nothing is written yet, and the right is there for the day when it is Active."
            : $"The contract is {contract.Status}: nothing is written yet. Grant edit before it becomes Active.");
    }

    /// <summary>Field permissions on objects that nothing here needs: one finding an object, because a broad set has thousands.</summary>
    private static void JudgeOtherFields(List<PermissionFinding> findings, PermissionExpectation expected, PermissionFacts facts)
    {
        if (facts.FieldGrants is null)
        {
            findings.Add(NotReadable(PermissionArea.Field, "field permissions", "only those of permissions.yaml and the field contracts"));
            return;
        }
        foreach (var other in facts.FieldGrants.Where(g => !expected.Objects.Any(o => o.Object == g.Object)).GroupBy(g => g.Object, StringComparer.Ordinal))
        {
            var by = By(other.Select(g => SetName(facts, g.Set)));
            var edits = other.Where(g => g.Edit).Select(g => g.Field).Distinct(StringComparer.Ordinal).Count();
            var all = other.Select(g => g.Field).Distinct(StringComparer.Ordinal).Count();
            findings.Add(new(PermissionArea.Field, $"{other.Key} (all fields)", PermissionStanding.TooMuch, "nothing",
                string.Create(CultureInfo.InvariantCulture, $"read {all}, edit {edits}"), by, $"Nothing here needs {other.Key}. Take its field permissions away{From(by)}."));
        }
    }

    private static void JudgeGbus(List<PermissionFinding> findings, GbuExpectation expected, PermissionFacts facts)
    {
        foreach (var item in expected.Objects)
        {
            if (facts.GbuCounts.GetValueOrDefault(item) is not { } counts)
            {
                findings.Add(new(PermissionArea.Gbu, item, PermissionStanding.Unknown, "every unit reachable", "not countable", [], $"{item}.{expected.Field} cannot be read, so nobody knows which units are reachable. Grant read of it."));
                continue;
            }
            foreach (var unit in expected.Values)
            {
                var records = counts.Where(c => c.Gbu == unit).Sum(c => c.Records);
                findings.Add(new(PermissionArea.Gbu, $"{item}: {unit}", records > 0 ? PermissionStanding.Right : PermissionStanding.Missing, "at least 1 record", Records(records), [],
                    records > 0 ? "Reachable." : $"No {item} of {unit} is reachable: the role or the sharing rules keep them out, or there are none. Compare with what an administrator sees."));
            }
            foreach (var other in counts.Where(c => !Has(expected.Values, c.Gbu ?? "")))
                findings.Add(new(PermissionArea.Gbu, $"{item}: {other.Gbu ?? "(none)"}", PermissionStanding.Right, "–", Records(other.Records), [],
                    other.Gbu is null ? "Records without a unit." : "Reachable, and not among the units of permissions.yaml: add it there, so that its loss is noticed."));
        }
    }

    private static string Records(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "record" : "records")}");

    private static bool IsTooMuch(SeenField field) => field is { CanEdit: true, HasPermission: true };

    private static PermissionFinding Field(FieldContract contract, PermissionStanding standing, string expected, SeenField found, IReadOnlyList<string> by, string text) =>
        Field(contract.Object, contract.Field, standing, expected, found, by, text);

    private static PermissionFinding Field(string @object, string field, PermissionStanding standing, string expected, SeenField found, IReadOnlyList<string> by, string text) =>
        new(PermissionArea.Field, $"{@object}.{field}", standing, expected, found.CanEdit ? "edit" : "read", by, text);

    private static PermissionFinding Hidden(string @object, string field, string expected, string because) =>
        new(PermissionArea.Field, $"{@object}.{field}", PermissionStanding.Missing, expected, "hidden", [],
            $"The user does not see {@object}.{field}, though {because}: a hidden field looks like one that does not exist. Grant it by the dedicated permission set, or check that the field is there.");

    private static PermissionFinding NotReadable(PermissionArea area, string subject, string expected) =>
        new(area, subject, PermissionStanding.Unknown, expected, "not readable", [], $"The user may not read {subject}. Grant 'View Setup and Configuration' for the audit.");

    /// <summary>The sets that grant what was found: where the field may be edited, those that let edit it.</summary>
    private static List<string> Grants(PermissionFacts facts, string @object, SeenField? found) =>
        By((facts.FieldGrants ?? []).Where(g => g.Object == @object && g.Field == found?.Name && (g.Edit || !found.CanEdit)).Select(g => SetName(facts, g.Set)));

    private static string SetName(PermissionFacts facts, string name) => facts.Sets?.FirstOrDefault(s => s.Name == name) is { } set ? SetName(set) : name;

    private static string SetName(GrantedSet set) => set.IsOfProfile ? "the profile" : set.Name;

    private static List<string> By(IEnumerable<string> sets) => [.. sets.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string From(IReadOnlyList<string> by) => by.Count > 0 ? $" from {string.Join(", ", by)}" : "";

    private static bool Has(IReadOnlyList<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
