using System.Collections.Concurrent;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>What one user may do: the union of its permission sets, or everything. Field rights can be changed while the twin runs.</summary>
internal sealed class AccessRights
{
    private readonly ConcurrentDictionary<string, ObjectAccess> objects = new(StringComparer.OrdinalIgnoreCase);

    private AccessRights(bool all) => All = all;

    public bool All { get; }

    public static AccessRights Administrator() => new(all: true);

    public static AccessRights Of(Schema schema, IEnumerable<PermissionSet> sets)
    {
        var rights = new AccessRights(all: false);
        foreach (var set in sets)
        {
            foreach (var (name, letters) in set.Objects)
                rights.For(schema.Get(name)).Grant(letters);
            foreach (var (name, fields) in set.Read ?? new Dictionary<string, IReadOnlyList<string>>())
                fields.ToList().ForEach(f => rights.For(schema.Get(name)).Set(schema.Get(name).Field(f), read: true, edit: null));
            foreach (var (name, fields) in set.Edit ?? new Dictionary<string, IReadOnlyList<string>>())
                fields.ToList().ForEach(f => rights.For(schema.Get(name)).Set(schema.Get(name).Field(f), read: true, edit: true));
        }

        return rights;
    }

    public bool CanRead(ObjectDefinition type) => All || (Existing(type)?.Read ?? false);

    public bool CanCreate(ObjectDefinition type) => !type.ReadOnly && (All || (Existing(type)?.Create ?? false));

    public bool CanEdit(ObjectDefinition type) => !type.ReadOnly && (All || (Existing(type)?.Edit ?? false));

    public bool CanDelete(ObjectDefinition type) => !type.ReadOnly && (All || (Existing(type)?.Delete ?? false));

    public bool CanRead(ObjectDefinition type, FieldDefinition field) =>
        All || (CanRead(type) && (!field.IsPermissionable || Existing(type)!.CanRead(field)));

    public bool CanCreate(ObjectDefinition type, FieldDefinition field) =>
        field.CanBeCreated && (All || (CanCreate(type) && (!field.IsPermissionable || Existing(type)!.CanEdit(field))));

    public bool CanEdit(ObjectDefinition type, FieldDefinition field) =>
        field.CanBeUpdated && (All || (CanEdit(type) && (!field.IsPermissionable || Existing(type)!.CanEdit(field))));

    /// <summary>Gives or takes the rights on one field, as an administrator may do at any moment.</summary>
    public void Change(ObjectDefinition type, FieldDefinition field, bool read, bool edit) => For(type).Set(field, read, edit);

    private ObjectAccess For(ObjectDefinition type) => objects.GetOrAdd(type.Name, _ => new ObjectAccess(type.Fields.Count));

    private ObjectAccess? Existing(ObjectDefinition type) => objects.GetValueOrDefault(type.AccessLike ?? type.Name);

    private sealed class ObjectAccess(int fieldCount)
    {
        private readonly bool[] read = new bool[fieldCount];
        private readonly bool[] edit = new bool[fieldCount];

        public bool Create { get; private set; }
        public bool Read { get; private set; }
        public bool Edit { get; private set; }
        public bool Delete { get; private set; }

        public bool CanRead(FieldDefinition field) => read[field.Ordinal];

        public bool CanEdit(FieldDefinition field) => edit[field.Ordinal];

        public void Grant(string letters)
        {
            Create |= letters.Contains('C', StringComparison.Ordinal);
            Read |= letters.Contains('R', StringComparison.Ordinal);
            Edit |= letters.Contains('E', StringComparison.Ordinal);
            Delete |= letters.Contains('D', StringComparison.Ordinal);
        }

        public void Set(FieldDefinition field, bool? read, bool? edit)
        {
            this.read[field.Ordinal] = read ?? this.read[field.Ordinal];
            this.edit[field.Ordinal] = edit ?? this.edit[field.Ordinal];
        }
    }
}
