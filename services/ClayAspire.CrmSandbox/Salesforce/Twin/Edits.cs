using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>The body of <c>POST /_twin/edits</c>.</summary>
/// <param name="By"><c>human</c>, <c>integration</c>, <c>automation</c>, or the id or user name of any user.</param>
/// <param name="Edits">What is edited.</param>
internal sealed record EditOrder(string? By, IReadOnlyList<RecordEdit>? Edits);

/// <summary>One record's edit.</summary>
/// <param name="Id">The record.</param>
/// <param name="Fields">New values by field; null clears.</param>
internal sealed record RecordEdit(string? Id, JsonElement Fields);

/// <summary>Writes as somebody else: a person in sales, another integration, a flow. Checks, stamps and field history are those of any write.</summary>
internal static class Edits
{
    /// <summary>How many records were edited. One transaction: the first refusal leaves everything as it was.</summary>
    /// <exception cref="InvalidDataException">There is no such user or record, or the org refuses an edit.</exception>
    public static int Write(SalesforceOrg org, EditOrder order)
    {
        if (order is not { By: { } by, Edits: { Count: > 0 } edits })
            throw new InvalidDataException("Send {\"by\":…,\"edits\":[{\"id\":…,\"fields\":{…}}]}.");
        var user = org.Editors.Find(by) ?? throw new InvalidDataException($"There is no user '{by}'. Name {string.Join(", ", Editors.Kinds)}, a user's id or user name.");
        org.Store.Write(transaction =>
        {
            var writer = new RecordWriter(org, user, transaction, WriteOptions.ByHand);
            foreach (var edit in edits)
                Write(org, writer, edit);
            writer.Report(rolledBack: false);
            return 0;
        });
        return edits.Count;
    }

    /// <summary>Takes records out of the recycle bin; how many. All or none.</summary>
    /// <exception cref="InvalidDataException">One of them is not in it.</exception>
    public static int Undelete(SalesforceOrg org, IReadOnlyList<string>? ids)
    {
        if (ids is not { Count: > 0 })
            throw new InvalidDataException("Send {\"ids\":[…]}.");
        return org.Store.Write(transaction =>
        {
            var writer = new RecordWriter(org, org.Users[0], transaction, WriteOptions.ByHand);
            foreach (var id in ids)
            {
                if (writer.Undelete(id).Error is { } error)
                    throw new InvalidDataException($"{id}: {error.Code}: {error.Message}");
            }

            writer.Report(rolledBack: false);
            return ids.Count;
        });
    }

    private static void Write(SalesforceOrg org, RecordWriter writer, RecordEdit edit)
    {
        if (SalesforceId.Normalize(edit.Id) is not { } id || org.Schema.FindByPrefix(id) is not { } type || edit.Fields.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"'{edit.Id}' is no record id, or its edit has no object 'fields'.");
        if (writer.Update(type, id, edit.Fields).Error is { } error)
            throw new InvalidDataException($"{type.Name} {id}: {error.Code}: {error.Message}");
    }
}
