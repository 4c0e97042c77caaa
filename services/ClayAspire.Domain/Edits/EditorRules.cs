using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Edits;

/// <summary>What the CRM says of the user who made an edit.</summary>
/// <param name="Id">The CRM's id of the user.</param>
/// <param name="IsUs">Whether it is the user that we write as.</param>
/// <param name="UserType">The CRM's type of user; null when it says none.</param>
/// <param name="Profile">The name of the user's profile; null when the user has none.</param>
/// <param name="Name">The user's name, which is looked at for automations only and never kept.</param>
/// <param name="IsProfileVisible">Whether the integration user may read profiles: without them a person and a program look alike.</param>
public sealed record Editor(string Id, bool IsUs, string? UserType, string? Profile, string? Name, bool IsProfileVisible = true);

/// <summary>What kind of editor a user is; why not known if not.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Gap">For <see cref="EditorKind.Unknown"/>, why, with the remedy; null otherwise.</param>
public readonly record struct EditorVerdict(EditorKind Kind, Reason? Gap = null);

/// <summary>
/// How the users of one connection are told apart: what is no certain fact (which profiles mean a program, which users are flows) stands in
/// <c>editors.yaml</c>. Names are compared without regard to case.
/// </summary>
/// <param name="Connection">The connection.</param>
/// <param name="PeopleUserTypes">Types of user that are people, unless their profile says otherwise.</param>
/// <param name="IntegrationProfiles">Profiles that only programs have.</param>
/// <param name="IntegrationUsers">Ids of users that are programs though their profile does not say so.</param>
/// <param name="AutomationUserTypes">Types of user as which the CRM itself writes.</param>
/// <param name="AutomationUsers">Names of users as which the CRM itself writes.</param>
public sealed record EditorRules(
    string Connection,
    IReadOnlyList<string> PeopleUserTypes,
    IReadOnlyList<string> IntegrationProfiles,
    IReadOnlyList<string> IntegrationUsers,
    IReadOnlyList<string> AutomationUserTypes,
    IReadOnlyList<string> AutomationUsers)
{
    /// <summary>Where the rules stand; null when they were not read from a file.</summary>
    public PolicyPlace? Place { get; init; }

    /// <summary>Rules that know nobody but us: a connection that <c>editors.yaml</c> does not name.</summary>
    public static EditorRules NoneFor(string connection) => new(connection, [], [], [], [], []);

    /// <summary>The kind of a user.</summary>
    public EditorVerdict Classify(Editor editor)
    {
        if (editor.IsUs)
            return new EditorVerdict(EditorKind.Us);
        if (Has(IntegrationProfiles, editor.Profile) || Has(IntegrationUsers, editor.Id))
            return new EditorVerdict(EditorKind.Integration);
        if (Has(AutomationUserTypes, editor.UserType) || Has(AutomationUsers, editor.Name))
            return new EditorVerdict(EditorKind.Automation);
        if (!editor.IsProfileVisible)
            return new EditorVerdict(EditorKind.Unknown, EditReasons.ProfileNotVisible(Connection));
        return Has(PeopleUserTypes, editor.UserType)
            ? new EditorVerdict(EditorKind.Human)
            : new EditorVerdict(EditorKind.Unknown, EditReasons.EditorUnlisted(Connection, editor));
    }

    private static bool Has(IReadOnlyList<string> names, string? name) => name is not null && names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
